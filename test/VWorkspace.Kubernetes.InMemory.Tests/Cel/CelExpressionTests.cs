using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Cel;
using VWorkspace.Kubernetes.InMemory.Schemas;
using VWorkspace.Kubernetes.InMemory.Tests.Schemas;

namespace VWorkspace.Kubernetes.InMemory.Tests.Cel;

public sealed class CelExpressionTests
{
    private const string Schema = """
        {"type":"object","properties":{
          "n":{"type":"integer"},"s":{"type":"string"},"b":{"type":"boolean"},"d":{"type":"number"},"absent":{"type":"string"},
          "l":{"type":"array","items":{"type":"integer"}},"m":{"type":"object","additionalProperties":{"type":"string"}},
          "o":{"type":"object","properties":{"a":{"type":"string"},"z":{"type":"string"}}},
          "ios":{"x-kubernetes-int-or-string":true},
          "a-b":{"type":"string"},"namespace":{"type":"string"},"x__y":{"type":"string"},"x.y/z":{"type":"string"},
          "when":{"type":"string","format":"date-time"},"dur":{"type":"string","format":"duration"},"raw":{"type":"string","format":"byte"},
          "set":{"type":"array","items":{"type":"string"},"x-kubernetes-list-type":"set"},"set2":{"type":"array","items":{"type":"string"},"x-kubernetes-list-type":"set"},
          "ml":{"type":"array","items":{"type":"object","required":["k"],"properties":{"k":{"type":"string"},"v":{"type":"integer"}}},"x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["k"]},
          "er":{"type":"object","x-kubernetes-embedded-resource":true,"x-kubernetes-preserve-unknown-fields":true},
          "open":{"x-kubernetes-preserve-unknown-fields":true}}}
        """;

    private const string Self = """
        {"apiVersion":"x/v1","kind":"X","metadata":{"name":"me","labels":{}},
         "n":5,"s":"hello","b":true,"d":1.5,"l":[1,2,3],"m":{"k":"v","k2":"v2"},"o":{"a":"x"},"ios":8080,"a-b":"dash","namespace":"ns","x__y":"u","x.y/z":"dot",
         "when":"2026-01-02T03:04:05Z","dur":"90s","raw":"aGk=","set":["a","b"],"set2":["b","a"],"ml":[{"k":"a","v":1},{"k":"b","v":2}],
         "er":{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"}},"open":{"any":[1]}}
        """;

    private static readonly StructuralSchema s_schema = RecordedSchemas.Parse(Schema);
    private static readonly CelType s_type = CelSchemaTypes.Of(s_schema, isResourceRoot: true)!;
    private static readonly object s_self = CelSchemaValues.From(JsonNode.Parse(Self), s_schema, isResourceRoot: true);

    // literals and precedence
    [TestCase("1 + 2 * 3 == 7 && 10 - 2 - 3 == 5")]
    [TestCase("7 / 2 == 3 && -7 / 2 == -3 && -7 % 3 == -1 && 7.0 / 2.0 == 3.5")]
    [TestCase("-9223372036854775808 < 0 && 0x1F == 31 && 18446744073709551615u > 0u")]
    [TestCase("1.5e3 == 1500.0 && .5 == 0.5")]
    [TestCase("!false && !!true && -(-3) == 3")]
    [TestCase("true ? true : false || false")]
    [TestCase("(false ? 1 : true ? 2 : 3) == 2")]
    [TestCase("'a\\n\\t\\x41\\u00e9\\101' == \"a\\n\\tA\\u00e9A\"")]
    [TestCase("r'a\\d' == 'a\\\\d' && '''x'y''' == \"x'y\" && b'\\xff' == b'\\377' && bytes('é') == b'é'")]
    [TestCase("1 < 2 && 2u >= 2u && 'a' < 'b' && 1.5 > 1 && 1 <= 1.0 && 2u > 1")]
    [TestCase("[1, 2] + [3] == [1, 2, 3] && {'a': 1} == {'a': 1} && 2 in [1, 2] && !('z' in {'a': 1})")]
    [TestCase("[1, 2, 3][1] == 2 && {'a': 7}['a'] == 7 && {'a': 7}.a == 7")]
    [TestCase("type(1) == int && type('') == string && type([]) == list && null == null")]
    [TestCase("true // a comment")]

    // schema awareness
    [TestCase("self.n == 5 && self.s == 'hello' && self.b && self.d == 1.5")]
    [TestCase("has(self.s) && !has(self.absent) && has(self.o.a) && !has(self.o.z)")]
    [TestCase("self.m.k == 'v' && self.m['k2'] == 'v2' && 'k' in self.m && !('nope' in self.m) && has(self.m.k)")]
    [TestCase("self.a__dash__b == 'dash' && self.__namespace__ == 'ns' && self.x__underscores__y == 'u' && self.x__dot__y__slash__z == 'dot'")]
    [TestCase("self.ios == 8080 && type(self.ios) == int && (type(self.ios) == string ? self.ios.startsWith('a') : self.ios > 80)")]
    [TestCase("self.metadata.name == 'me' && self.kind == 'X' && !has(self.metadata.generateName) && self.er.metadata.name == 'p' && self.er.kind == 'Pod'")]
    [TestCase("self.when == timestamp('2026-01-02T03:04:05Z') && self.when.getFullYear() == 2026 && self.when.getMonth() == 0 && self.when.getHours('+02:00') == 5")]
    [TestCase("self.dur == duration('1m30s') && self.dur.getSeconds() == 90 && self.when + self.dur > self.when && self.when - self.when == duration('0s')")]
    [TestCase("self.raw == b'hi' && size(self.raw) == 2 && string(self.raw) == 'hi'")]
    [TestCase("self.set == self.set2 && self.l != [3, 2, 1] && (self.set + ['b', 'c']).size() == 3")]
    [TestCase("self.ml.all(e, e.v > 0) && self.ml.exists(e, e.k == 'b') && self.ml.exists_one(e, e.v == 2)")]
    [TestCase("self == self")]

    // macros
    [TestCase("self.l.map(x, x * 2) == [2, 4, 6] && self.l.filter(x, x > 1) == [2, 3] && self.l.map(x, x > 1, x + 1) == [3, 4]")]
    [TestCase("self.m.all(k, self.m[k].startsWith('v')) && self.m.exists(k, k == 'k2') && self.m.map(k, k).size() == 2")]
    [TestCase("self.l.all(i, v, v == i + 1) && self.m.exists(k, v, k == 'k' && v == 'v') && self.l.transformList(i, v, i * v) == [0, 2, 6] && self.m.transformMap(k, v, v + '!')['k'] == 'v!'")]
    [TestCase("[true, false].filter(x, x == true).size() <= 1 && [].all(x, false) && ![].exists(x, true)")]
    [TestCase("[[1, 2], [3]].all(x, x.all(y, y > 0))")]

    // errors are absorbed where the other side decides
    [TestCase("true || 1 / 0 == 1")]
    [TestCase("1 / 0 == 1 || true")]
    [TestCase("!(1 / 0 == 1 && false)")]
    [TestCase("[0, 1].exists(x, 1 / x == 1) && !([0, 2].all(x, 1 / x == 1))")]

    // strings
    [TestCase("'hello'.contains('ell') && 'hello'.startsWith('he') && 'hello'.endsWith('lo') && 'hello'.matches('^h.*o$') && !'hello\\n'.matches('o$')")]
    [TestCase("'a,b,c'.split(',') == ['a', 'b', 'c'] && 'a,b,c'.split(',', 2) == ['a', 'b,c'] && 'ab'.split('') == ['a', 'b'] && ['a', 'b'].join('-') == 'a-b'")]
    [TestCase("'tacocat'.substring(4) == 'cat' && 'tacocat'.substring(0, 4) == 'taco' && 'ta©o©αT'.substring(2, 6) == '©o©α'")]
    [TestCase("'hello mellow'.indexOf('ello') == 1 && 'hello mellow'.indexOf('ello', 2) == 7 && 'hello mellow'.lastIndexOf('ello') == 7 && 'hello mellow'.lastIndexOf('ello', 6) == 1 && 'a'.indexOf('z') == -1")]
    [TestCase("'hello hello'.replace('he', 'we') == 'wello wello' && 'hello hello'.replace('he', 'we', 1) == 'wello hello' && 'AbÉ'.lowerAscii() == 'abÉ' && 'abé'.upperAscii() == 'ABé' && '  trim  '.trim() == 'trim' && 'hello'.charAt(4) == 'o'")]
    [TestCase("'%s is %d, %.2f, %x, %b, %s, %e'.format(['a', 3, 1.5, 255, 5, [1, 'b'], 1052.032911275]) == 'a is 3, 1.50, ff, 101, [1, b], 1.052033e+03'")]
    [TestCase("size('é😀') == 2 && 'abc'.size() == 3 && 'abc 123'.find('[0-9]+') == '123' && '1 2 3'.findAll('[0-9]') == ['1', '2', '3'] && '1 2 3'.findAll('[0-9]', 2).size() == 2")]

    // lists, sets, numbers, conversions
    [TestCase("[1, 2, 3].isSorted() && ![2, 1].isSorted() && [1, 2].sum() == 3 && [1.5, 2.5].min() == 1.5 && ['a', 'c'].max() == 'c' && [1, 2, 2].indexOf(2) == 1 && [1, 2, 2].lastIndexOf(2) == 2")]
    [TestCase("sets.contains([1, 2], [2]) && sets.equivalent([1, 2], [2, 1, 1]) && sets.intersects([1], [1, 2])")]
    [TestCase("int('12') == 12 && int(3.9) == 3 && uint(3) == 3u && double('1.5') == 1.5 && string(12) == '12' && string(1.0) == '1' && string(1000000.0) == '1e+06' && string(true) == 'true' && bool('true')")]

    // optionals
    [TestCase("self.?absent.orValue('none') == 'none' && self.?s.orValue('none') == 'hello' && self.?absent.hasValue() == false && self.?o.?a.value() == 'x'")]
    [TestCase("optional.of(1).or(optional.of(2)).value() == 1 && optional.none().orValue(3) == 3 && self.l[?9].orValue(0) == 0 && self.m[?'k'].hasValue()")]
    [TestCase("[1, ?optional.of(2), ?optional.none()] == [1, 2] && optional.of(2).optMap(x, x * 2).value() == 4")]

    // Kubernetes libraries
    [TestCase("url('https://user@example.com:8443/a/b?x=1&x=2').getHost() == 'example.com:8443' && url('https://example.com/p').getPort() == '' && url('https://example.com:80/p?x=1').getQuery()['x'] == ['1'] && isURL('/path') && !isURL('../x y')")]
    [TestCase("url('https://example.com').getEscapedPath() == '' && url('https://example.com/a').getEscapedPath() == '/a' && url('http://[::1]:80/').getHostname() == '::1' && url('ftp://h').getScheme() == 'ftp'")]
    [TestCase("ip('10.0.0.1').family() == 4 && isIP('::1') && !isIP('10.0.0.1/8') && !isIP('010.0.0.1') && ip('127.0.0.1').isLoopback() && ip('8.8.8.8').isGlobalUnicast() && ip.isCanonical('::1') && !ip.isCanonical('::0001')")]
    [TestCase("cidr('10.0.0.0/8').containsIP('10.1.2.3') && cidr('10.0.0.0/8').containsCIDR('10.1.0.0/16') && !cidr('10.0.0.0/8').containsIP('11.0.0.1') && cidr('10.1.2.3/16').masked() == cidr('10.1.0.0/16') && cidr('10.0.0.0/8').prefixLength() == 8 && !isCIDR('10.0.0.0')")]
    [TestCase("quantity('1Gi').isGreaterThan(quantity('1G')) && quantity('500m').add(quantity('500m')).asInteger() == 1 && quantity('1k') == quantity('1000') && isQuantity('1.5Gi') && !isQuantity('1.5 Gi') && quantity('100').compareTo(quantity('200')) == -1")]
    [TestCase("semver('1.2.3').isLessThan(semver('1.10.0')) && semver('1.0.0-rc.1').isLessThan(semver('1.0.0')) && semver('v1.2', true).minor() == 2 && isSemver('1.2.3+b') && !isSemver('1.2') && semver('2.0.0').compareTo(semver('1.9.9')) == 1 && semver('1.2.3').patch() == 3")]
    [TestCase("format.dns1123Label().validate('ok').hasValue() == false && format.named('dns1123Label').value().validate('NO').hasValue()")]
    public void An_expression_is_true(string expression)
    {
        var program = CelProgram.Compile(expression, ("self", s_type));
        Assert.That(program.Error, Is.Null);
        Assert.That(program.Evaluate(new CelBudget(100_000), ("self", s_self)), Is.EqualTo(true));
    }

    [TestCase("1 / 0 == 1", "division by zero")]
    [TestCase("1 % 0 == 1", "modulus by zero")]
    [TestCase("9223372036854775807 + 1 > 0", "integer overflow")]
    [TestCase("-(-9223372036854775808) > 0", "integer overflow")]
    [TestCase("0u - 1u > 0u", "unsigned integer overflow")]
    [TestCase("self.l[7] == 1", "index out of bounds: 7")]
    [TestCase("self.m['nope'] == ''", "no such key: nope")]
    [TestCase("self.absent == ''", "no such key: absent")]
    [TestCase("self.ios.startsWith('a')", "no such overload")]
    [TestCase("int('x') == 1", "strconv.ParseInt: parsing \"x\": invalid syntax")]
    [TestCase("'abc'.charAt(9) == ''", "index out of range: 9")]
    [TestCase("1 / 0 == 1 && true", "division by zero")]
    public void An_evaluation_fails(string expression, string message)
    {
        var program = CelProgram.Compile(expression, ("self", s_type));
        Assert.That(program.Error, Is.Null);
        Assert.That(program.Evaluate(new CelBudget(100_000), ("self", s_self)), Is.EqualTo(new CelError(message)));
    }

    [TestCase("self.nope == 1", "ERROR: <input>:1:5: undefined field 'nope'\n | self.nope == 1\n | ....^")]
    [TestCase("self.n == 'x'", "ERROR: <input>:1:8: found no matching overload for '_==_' applied to '(int, string)'\n | self.n == 'x'\n | .......^")]
    [TestCase("self.n.size() == 1", "ERROR: <input>:1:12: found no matching overload for 'size' applied to 'int.()'\n | self.n.size() == 1\n | ...........^")]
    [TestCase("other == 1", "ERROR: <input>:1:1: undeclared reference to 'other' (in container '')\n | other == 1\n | ^")]
    [TestCase("nothing(1)", "ERROR: <input>:1:8: undeclared reference to 'nothing' (in container '')\n | nothing(1)\n | .......^")]
    [TestCase("self.s.x == 1", "ERROR: <input>:1:7: type 'string' does not support field selection\n | self.s.x == 1\n | ......^")]
    [TestCase("[1, 'a'] == []", "ERROR: <input>:1:5: expected type 'int' but found 'string'\n | [1, 'a'] == []\n | ....^")]
    [TestCase("self.s.matches('[')", "ERROR: <input>:1:16: invalid matches argument\n | self.s.matches('[')\n | ...............^")]
    [TestCase("self.dur > duration('1 day')", "ERROR: <input>:1:21: invalid duration argument\n | self.dur > duration('1 day')\n | ....................^")]
    [TestCase("self.n.all(x, true)", "ERROR: <input>:1:5: expression of type 'int' cannot be range of a comprehension (must be list, map, or dynamic)\n | self.n.all(x, true)\n | ....^")]
    [TestCase("self.open.any == 1", "ERROR: <input>:1:5: undefined field 'open'\n | self.open.any == 1\n | ....^")]
    [TestCase("self.metadata.labels == {}", "ERROR: <input>:1:14: undefined field 'labels'\n | self.metadata.labels == {}\n | .............^")]
    [TestCase("true &&\n self.nope", "ERROR: <input>:2:6: undefined field 'nope'\n |  self.nope\n | .....^")]
    [TestCase("has(self)", "ERROR: <input>:1:5: invalid argument to has() macro\n | has(self)\n | ....^")]
    [TestCase("1 +", "ERROR: <input>:1:4: Syntax error: mismatched input '<EOF>' expecting {'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}\n | 1 +\n | ...^")]
    public void A_fault_is_found_when_compiling(string expression, string error) =>
        Assert.That(CelProgram.Compile(expression, ("self", s_type)).Error, Is.EqualTo(error));

    [Test]
    public void Work_without_end_is_cut_off()
    {
        var program = CelProgram.Compile("[1,2,3,4,5,6,7,8,9,10].all(a, [1,2,3,4,5,6,7,8,9,10].all(b, [1,2,3,4,5,6,7,8,9,10].all(c, [1,2,3,4,5,6,7,8,9,10].all(d, a + b + c + d > 0))))");
        Assert.That(program.Error, Is.Null);
        Assert.That(program.Evaluate(new CelBudget(1000)), Is.EqualTo(new CelError("operation cancelled: actual cost limit exceeded")));
        Assert.That(program.Evaluate(new CelBudget(1_000_000)), Is.EqualTo(true));
    }

    [Test]
    public void A_chain_without_end_is_refused() =>
        Assert.That(CelProgram.Compile(string.Join("+", Enumerable.Repeat("1", 300_000))).Error, Does.Contain("recursion limit"));

    [Test]
    public void Nesting_without_end_is_refused() =>
        Assert.That(CelProgram.Compile(new string('(', 5000)).Error, Does.Contain("recursion limit"));
}

using System.Globalization;

namespace VWorkspace.Kubernetes.InMemory.Cel;

/// <summary>Parses the whole CEL grammar by recursive descent; macros are expanded on the way.</summary>
internal sealed class CelParser
{
    private const int MaxDepth = 250;

    private readonly List<CelToken> _tokens;
    private int _at;
    private int _depth;

    private CelParser(string text) => _tokens = new CelLexer(text).ReadAll();

    /// <summary>Parses an expression.</summary>
    /// <exception cref="CelSyntaxException">The text is not an expression.</exception>
    public static CelExpr Parse(string text)
    {
        var parser = new CelParser(text);
        var expression = parser.Expression();
        if (parser.Current.Kind != CelTokenKind.End) throw parser.Unexpected("<EOF>");
        return expression;
    }

    private CelToken Current => _tokens[_at];

    private bool Accept(string symbol)
    {
        if (!Current.Is(symbol)) return false;
        _at++;
        return true;
    }

    private CelToken Expect(string symbol) => Current.Is(symbol) ? _tokens[_at++] : throw Unexpected($"'{symbol}'");

    private CelSyntaxException Unexpected(string expected)
    {
        var shown = Current.Kind == CelTokenKind.End ? "<EOF>" : Current.Text;
        return new(Current.Position, $"Syntax error: mismatched input '{shown}' expecting {expected}");
    }

    private CelExpr Expression()
    {
        if (++_depth > MaxDepth) throw new CelSyntaxException(Current.Position, FormattableString.Invariant($"expression recursion limit exceeded: {MaxDepth}"));
        var condition = Or();
        if (Current.Is("?"))
        {
            var op = _tokens[_at++];
            var whenTrue = Or();
            Expect(":");
            condition = new CelCall(op.Position, "_?_:_", false, [condition, whenTrue, Expression()]);
        }

        _depth--;
        return condition;
    }

    private CelExpr Or() => Binary(And, "||");

    private CelExpr And() => Binary(Relation, "&&");

    private CelExpr Relation()
    {
        var left = Addition();
        while (true)
        {
            var isIn = Current is { Kind: CelTokenKind.Identifier, Text: "in" };
            if (!isIn && !(Current.Kind == CelTokenKind.Symbol && Current.Text is "<" or "<=" or ">" or ">=" or "==" or "!=")) return left;
            var op = _tokens[_at++];
            left = new CelCall(op.Position, isIn ? "@in" : $"_{op.Text}_", false, [left, Addition()]);
        }
    }

    private CelExpr Addition() => Binary(Multiplication, "+", "-");

    private CelExpr Multiplication() => Binary(Unary, "*", "/", "%");

    private CelExpr Binary(Func<CelExpr> operand, params string[] symbols)
    {
        var left = operand();
        while (Current.Kind == CelTokenKind.Symbol && symbols.Contains(Current.Text, StringComparer.Ordinal))
        {
            var op = _tokens[_at++];
            left = new CelCall(op.Position, $"_{op.Text}_", false, [left, operand()]);
        }

        return left;
    }

    private CelExpr Unary()
    {
        if (!Current.Is("!") && !Current.Is("-")) return Member();
        var op = _tokens[_at];
        var count = 0;
        while (Current.Is(op.Text))
        {
            _at++;
            count++;
        }

        // A minus before a number belongs to the literal, so that the smallest integer can be written.
        if (op.Is("-") && count == 1 && Current.Kind is CelTokenKind.Integer or CelTokenKind.Float) return MemberOf(Number(_tokens[_at++], negative: true));
        var operand = Current.Is("!") || Current.Is("-") ? throw Unexpected("an operand") : Member();
        return count % 2 == 0 ? operand : new CelCall(op.Position, op.Is("!") ? "!_" : "-_", false, [operand]);
    }

    private CelExpr Member() => MemberOf(Primary());

    private CelExpr MemberOf(CelExpr operand)
    {
        while (true)
        {
            if (Current.Is("."))
            {
                var dot = _tokens[_at++];
                var optional = Accept("?");
                var name = Identifier();
                if (Current.Is("(") && !optional)
                {
                    var open = _tokens[_at++];
                    operand = CelMacros.ExpandMethod(open.Position, operand, name.Text, Arguments(")"));
                }
                else operand = new CelSelect(dot.Position, operand, name.Text, optional, IsTest: false);
            }
            else if (Current.Is("["))
            {
                var open = _tokens[_at++];
                var optional = Accept("?");
                var index = Expression();
                Expect("]");
                operand = new CelCall(open.Position, optional ? "_[?_]" : "_[_]", false, [operand, index]);
            }
            else return operand;
        }
    }

    private CelToken Identifier() => Current.Kind == CelTokenKind.Identifier ? _tokens[_at++] : throw Unexpected("IDENTIFIER");

    private List<CelExpr> Arguments(string close)
    {
        var arguments = new List<CelExpr>();
        if (Accept(close)) return arguments;
        do arguments.Add(Expression());
        while (Accept(","));
        Expect(close);
        return arguments;
    }

    private CelExpr Primary()
    {
        var token = Current;
        switch (token.Kind)
        {
            case CelTokenKind.Integer or CelTokenKind.Unsigned or CelTokenKind.Float:
                _at++;
                return Number(token, negative: false);
            case CelTokenKind.String or CelTokenKind.Bytes:
                _at++;
                return new CelLiteral(token.Position, token.Value!);
            case CelTokenKind.Identifier:
                _at++;
                return NamedPrimary(token);
            case CelTokenKind.Symbol when token.Text == ".":
                _at++;
                return NamedPrimary(Identifier());
            case CelTokenKind.Symbol when token.Text == "(":
                _at++;
                var inner = Expression();
                Expect(")");
                return inner;
            case CelTokenKind.Symbol when token.Text == "[":
                _at++;
                return ListLiteral(token);
            case CelTokenKind.Symbol when token.Text == "{":
                _at++;
                return MapLiteral(token);
            default:
                throw Unexpected("{'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}");
        }
    }

    private CelExpr NamedPrimary(CelToken name)
    {
        switch (name.Text)
        {
            case "true": return new CelLiteral(name.Position, true);
            case "false": return new CelLiteral(name.Position, false);
            case "null": return new CelLiteral(name.Position, CelNull.Value);
        }

        if (CelNames.IsReserved(name.Text)) throw new CelSyntaxException(name.Position, name.Text == "in" ? "Syntax error: mismatched input 'in'" : $"reserved identifier: {name.Text}");
        if (Current.Is("("))
        {
            var open = _tokens[_at++];
            return CelMacros.ExpandFunction(open.Position, name.Text, Arguments(")"));
        }

        if (Current.Is("{") && _tokens[_at + 1].Kind is CelTokenKind.Identifier or CelTokenKind.Symbol && (_tokens[_at + 1].Is("}") || _tokens[_at + 2].Is(":")))
        {
            var open = _tokens[_at++];
            while (!Current.Is("}"))
            {
                Identifier();
                Expect(":");
                Expression();
                if (!Accept(",")) break;
            }

            Expect("}");
            return new CelMessageLiteral(open.Position, name.Text);
        }

        return new CelIdent(name.Position, name.Text);
    }

    private CelListLiteral ListLiteral(CelToken open)
    {
        var elements = new List<(CelExpr, bool)>();
        while (!Current.Is("]"))
        {
            var optional = Accept("?");
            elements.Add((Expression(), optional));
            if (!Accept(",")) break;
        }

        Expect("]");
        return new CelListLiteral(open.Position, elements);
    }

    private CelMapLiteral MapLiteral(CelToken open)
    {
        var entries = new List<(CelExpr, CelExpr, bool)>();
        while (!Current.Is("}"))
        {
            var optional = Accept("?");
            var key = Expression();
            Expect(":");
            entries.Add((key, Expression(), optional));
            if (!Accept(",")) break;
        }

        Expect("}");
        return new CelMapLiteral(open.Position, entries);
    }

    private static CelLiteral Number(CelToken token, bool negative)
    {
        var text = negative ? $"-{token.Text}" : token.Text;
        if (token.Kind == CelTokenKind.Float) return new(token.Position, double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture));
        var hex = token.Text.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        var digits = hex ? token.Text[2..] : token.Text;
        if (!ulong.TryParse(digits, hex ? NumberStyles.HexNumber : NumberStyles.None, CultureInfo.InvariantCulture, out var magnitude)) throw Invalid(token);
        if (token.Kind == CelTokenKind.Unsigned) return new(token.Position, magnitude);
        if (magnitude > (negative ? 1UL << 63 : long.MaxValue)) throw Invalid(token);
        return new(token.Position, negative ? unchecked(-(long)magnitude) : (long)magnitude);
    }

    private static CelSyntaxException Invalid(CelToken token) =>
        new(token.Position, token.Kind == CelTokenKind.Unsigned ? "Syntax error: invalid uint literal" : "Syntax error: invalid int literal");
}

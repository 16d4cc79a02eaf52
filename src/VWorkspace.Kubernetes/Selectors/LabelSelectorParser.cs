using System.Globalization;

namespace VWorkspace.Kubernetes.Selectors;

/// <summary>The lexer and recursive-descent parser of <c>labels.Parse</c>, message for message.</summary>
internal sealed class LabelSelectorParser
{
    private enum Token { Error, End, ClosedPar, Comma, DoesNotExist, DoubleEquals, Equals, GreaterThan, Identifier, In, LessThan, NotEquals, NotIn, OpenPar }

    private readonly List<(Token Token, string Text)> _tokens = [];
    private int _position;

    public LabelSelectorParser(string text)
    {
        var i = 0;
        while (true)
        {
            while (i < text.Length && text[i] is ' ' or '\t' or '\r' or '\n') i++;
            if (i >= text.Length) break;
            var start = i;
            if (IsSpecial(text[i]))
            {
                // The longest known symbol wins, as in upstream's scanSpecialSymbol.
                var length = i + 1 < text.Length && Symbol(text.AsSpan(i, 2)) is not null ? 2 : 1;
                i += length;
                _tokens.Add((Symbol(text.AsSpan(start, length)) ?? Token.Error, text.Substring(start, length)));
            }
            else
            {
                while (i < text.Length && !IsSpecial(text[i]) && text[i] is not (' ' or '\t' or '\r' or '\n')) i++;
                var word = text[start..i];
                _tokens.Add((word switch { "in" => Token.In, "notin" => Token.NotIn, _ => Token.Identifier }, word));
            }
        }

        _tokens.Add((Token.End, ""));
    }

    public (List<LabelRequirement>? Requirements, string? Error) Parse()
    {
        var requirements = new List<LabelRequirement>();
        while (true)
        {
            var (token, text) = Look(values: true);
            switch (token)
            {
                case Token.Identifier or Token.DoesNotExist:
                    var (requirement, error) = ParseRequirement();
                    if (requirement is null) return (null, "unable to parse requirement: " + error);
                    requirements.Add(requirement);
                    var (next, nextText) = Take(values: true);
                    if (next == Token.End) return (requirements, null);
                    if (next != Token.Comma) return (null, $"found '{nextText}', expected: ',' or 'end of string'");
                    var (after, afterText) = Look(values: true);
                    if (after is not (Token.Identifier or Token.DoesNotExist)) return (null, $"found '{afterText}', expected: identifier after ','");
                    break;
                case Token.End:
                    return (requirements, null);
                default:
                    return (null, $"found '{text}', expected: !, identifier, or 'end of string'");
            }
        }
    }

    private (LabelRequirement?, string?) ParseRequirement()
    {
        var (token, key) = Take(values: true);
        var absent = token == Token.DoesNotExist;
        if (absent) (token, key) = Take(values: true);
        if (token != Token.Identifier) return (null, $"found '{key}', expected: identifier");
        if (LabelSyntax.QualifiedNameErrors(key) is { Count: > 0 } keyErrors) return (null, $"<nil>: Invalid value: {Quote(key)}: {string.Join("; ", keyErrors)}");
        if (absent) return (new LabelRequirement(key, LabelOperator.DoesNotExist, []), null);
        if (Look(values: true).Token is Token.End or Token.Comma) return (new LabelRequirement(key, LabelOperator.Exists, []), null);

        var (operatorToken, operatorText) = Take(values: false);
        LabelOperator? comparison = operatorToken switch
        {
            Token.In => LabelOperator.In,
            Token.Equals or Token.DoubleEquals => LabelOperator.Equals,
            Token.GreaterThan => LabelOperator.GreaterThan,
            Token.LessThan => LabelOperator.LessThan,
            Token.NotIn => LabelOperator.NotIn,
            Token.NotEquals => LabelOperator.NotEquals,
            _ => null,
        };
        if (comparison is not { } op) return (null, $"found '{operatorText}', expected: in, notin, =, ==, !=, gt, lt");

        var values = new SortedSet<string>(StringComparer.Ordinal);
        var error = op is LabelOperator.In or LabelOperator.NotIn ? ParseValues(values) : ParseExactValue(values);
        return error is null ? Build(key, op, values) : (null, error);
    }

    private static (LabelRequirement?, string?) Build(string key, LabelOperator op, SortedSet<string> values)
    {
        if (op is LabelOperator.In or LabelOperator.NotIn && values.Count == 0)
            return (null, "values: Invalid value: []: for 'in', 'notin' operators, values set can't be empty");
        if (op is LabelOperator.GreaterThan or LabelOperator.LessThan && !long.TryParse(values.First(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _))
            return (null, $"values[0]: Invalid value: {Quote(values.First())}: for 'Gt', 'Lt' operators, the value must be an integer");
        var index = 0;
        foreach (var value in values)
        {
            if (LabelSyntax.ValueErrors(value) is { Count: > 0 } errors)
                return (null, string.Create(CultureInfo.InvariantCulture, $"values[{index}][{key}]: Invalid value: {Quote(value)}: {string.Join("; ", errors)}"));
            index++;
        }

        return (new LabelRequirement(key, op, [.. values]), null);
    }

    private string? ParseValues(SortedSet<string> values)
    {
        var (token, text) = Take(values: true);
        if (token != Token.OpenPar) return $"found '{text}' expected: '('";
        (token, text) = Look(values: true);
        switch (token)
        {
            case Token.Identifier or Token.Comma:
                if (ParseList(values) is { } error) return error;
                return Take(values: true).Token == Token.ClosedPar ? null : $"found '{text}', expected: ')'";
            case Token.ClosedPar:
                Take(values: true);
                return null;
            default:
                return $"found '{text}', expected: ',', ')' or identifier";
        }
    }

    private string? ParseList(SortedSet<string> values)
    {
        while (true)
        {
            var (token, text) = Take(values: true);
            switch (token)
            {
                case Token.Identifier:
                    values.Add(text);
                    var (next, nextText) = Look(values: true);
                    if (next == Token.ClosedPar) return null;
                    if (next != Token.Comma) return $"found '{nextText}', expected: ',' or ')'";
                    break;
                case Token.Comma:
                    if (values.Count == 0) values.Add("");
                    var after = Look(values: true).Token;
                    if (after == Token.ClosedPar)
                    {
                        values.Add("");
                        return null;
                    }

                    if (after == Token.Comma)
                    {
                        Take(values: true);
                        values.Add("");
                    }

                    break;
                default:
                    return $"found '{text}', expected: ',', or identifier";
            }
        }
    }

    private string? ParseExactValue(SortedSet<string> values)
    {
        if (Look(values: true).Token is Token.End or Token.Comma)
        {
            values.Add("");
            return null;
        }

        var (token, text) = Take(values: true);
        if (token != Token.Identifier) return $"found '{text}', expected: identifier";
        values.Add(text);
        return null;
    }

    private (Token Token, string Text) Look(bool values)
    {
        var (token, text) = _tokens[Math.Min(_position, _tokens.Count - 1)];
        // "in" and "notin" are ordinary words wherever a value may stand.
        return values && token is Token.In or Token.NotIn && values ? (Token.Identifier, text) : (token, text);
    }

    private (Token Token, string Text) Take(bool values)
    {
        var result = Look(values);
        _position++;
        return result;
    }

    private static bool IsSpecial(char c) => c is '=' or '!' or '(' or ')' or ',' or '>' or '<';

    private static Token? Symbol(ReadOnlySpan<char> text) => text switch
    {
        ")" => Token.ClosedPar,
        "," => Token.Comma,
        "!" => Token.DoesNotExist,
        "==" => Token.DoubleEquals,
        "=" => Token.Equals,
        ">" => Token.GreaterThan,
        "<" => Token.LessThan,
        "!=" => Token.NotEquals,
        "(" => Token.OpenPar,
        _ => null,
    };

    private static string Quote(string value) => "\"" + value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal) + "\"";
}

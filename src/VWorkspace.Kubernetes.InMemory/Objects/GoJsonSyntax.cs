using System.Globalization;

namespace VWorkspace.Kubernetes.InMemory.Objects;

/// <summary>Says what is wrong with a JSON text in the words of Go's <c>encoding/json</c> scanner, which clients see in 400 answers.</summary>
internal sealed class GoJsonSyntax
{
    private enum Expect { Value, ValueOrEnd, Key, KeyOrEnd, Colon, CommaInObject, CommaInArray, Nothing }

    private readonly byte[] _text;
    private int _position;

    private GoJsonSyntax(ReadOnlySpan<byte> text) => _text = text.ToArray();

    /// <summary>The message, or null when the text is well formed.</summary>
    public static string? Describe(ReadOnlySpan<byte> text) => new GoJsonSyntax(text).Scan();

    private string? Scan()
    {
        var nesting = new Stack<bool>();
        var expect = Expect.Value;
        while (true)
        {
            while (_position < _text.Length && _text[_position] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n') _position++;
            if (_position >= _text.Length) return expect == Expect.Nothing ? null : "unexpected end of JSON input";
            var c = _text[_position];
            switch (expect)
            {
                case Expect.Nothing:
                    return Invalid(c, "after top-level value");
                case Expect.Key or Expect.KeyOrEnd:
                    if (c == '}' && expect == Expect.KeyOrEnd)
                    {
                        nesting.Pop();
                        _position++;
                        expect = After(nesting);
                        break;
                    }

                    if (c != '"') return Invalid(c, "looking for beginning of object key string");
                    if (String() is { } keyError) return keyError;
                    expect = Expect.Colon;
                    break;
                case Expect.Colon:
                    if (c != ':') return Invalid(c, "after object key");
                    _position++;
                    expect = Expect.Value;
                    break;
                case Expect.CommaInObject:
                    _position++;
                    if (c == ',') expect = Expect.Key;
                    else if (c == '}')
                    {
                        nesting.Pop();
                        expect = After(nesting);
                    }
                    else return Invalid(c, "after object key:value pair");
                    break;
                case Expect.CommaInArray:
                    _position++;
                    if (c == ',') expect = Expect.Value;
                    else if (c == ']')
                    {
                        nesting.Pop();
                        expect = After(nesting);
                    }
                    else return Invalid(c, "after array element");
                    break;
                default:
                    if (c == ']' && expect == Expect.ValueOrEnd)
                    {
                        nesting.Pop();
                        _position++;
                        expect = After(nesting);
                        break;
                    }

                    if (c is (byte)'{' or (byte)'[')
                    {
                        nesting.Push(c == '{');
                        _position++;
                        expect = c == '{' ? Expect.KeyOrEnd : Expect.ValueOrEnd;
                        break;
                    }

                    if (Scalar(c) is { } error) return error;
                    expect = After(nesting);
                    break;
            }
        }
    }

    private static Expect After(Stack<bool> nesting) => nesting.Count == 0 ? Expect.Nothing : nesting.Peek() ? Expect.CommaInObject : Expect.CommaInArray;

    private string? Scalar(byte c) => c switch
    {
        (byte)'"' => String(),
        (byte)'t' => Literal("true"),
        (byte)'f' => Literal("false"),
        (byte)'n' => Literal("null"),
        (byte)'-' or (>= (byte)'0' and <= (byte)'9') => Number(),
        _ => Invalid(c, "looking for beginning of value"),
    };

    private string? Literal(string word)
    {
        for (var i = 1; i < word.Length; i++)
        {
            if (_position + i >= _text.Length) return "unexpected end of JSON input";
            if (_text[_position + i] != word[i]) return Invalid(_text[_position + i], $"in literal {word} (expecting '{word[i]}')");
        }

        _position += word.Length;
        return null;
    }

    private string? String()
    {
        for (_position++; _position < _text.Length; _position++)
        {
            var c = _text[_position];
            if (c == '"')
            {
                _position++;
                return null;
            }

            if (c < 0x20) return Invalid(c, "in string literal");
            if (c != '\\') continue;
            if (++_position >= _text.Length) break;
            if (_text[_position] == 'u')
            {
                for (var i = 0; i < 4; i++)
                {
                    if (++_position >= _text.Length) return "unexpected end of JSON input";
                    if (!Uri.IsHexDigit((char)_text[_position])) return Invalid(_text[_position], "in \\u hexadecimal character escape");
                }
            }
            else if ("\"\\/bfnrt".IndexOf((char)_text[_position], StringComparison.Ordinal) < 0)
            {
                return Invalid(_text[_position], "in string escape code");
            }
        }

        return "unexpected end of JSON input";
    }

    private string? Number()
    {
        if (_text[_position] == '-')
        {
            if (++_position >= _text.Length) return "unexpected end of JSON input";
            if (!Digit()) return Invalid(_text[_position], "in numeric literal");
        }

        if (_text[_position] == '0') _position++;
        else while (Digit()) _position++;
        if (_position < _text.Length && _text[_position] == '.')
        {
            _position++;
            if (_position >= _text.Length) return "unexpected end of JSON input";
            if (!Digit()) return Invalid(_text[_position], "after decimal point in numeric literal");
            while (Digit()) _position++;
        }

        if (_position < _text.Length && _text[_position] is (byte)'e' or (byte)'E')
        {
            _position++;
            if (_position < _text.Length && _text[_position] is (byte)'+' or (byte)'-') _position++;
            if (_position >= _text.Length) return "unexpected end of JSON input";
            if (!Digit()) return Invalid(_text[_position], "in exponent of numeric literal");
            while (Digit()) _position++;
        }

        return null;
    }

    private bool Digit() => _position < _text.Length && _text[_position] is >= (byte)'0' and <= (byte)'9';

    private static string Invalid(byte c, string context) => $"invalid character {QuoteCharacter(c)} {context}";

    private static string QuoteCharacter(byte c) => c switch
    {
        (byte)'\'' => "'\\''",
        (byte)'"' => "'\"'",
        (byte)'\\' => "'\\\\'",
        (byte)'\n' => "'\\n'",
        (byte)'\r' => "'\\r'",
        (byte)'\t' => "'\\t'",
        < 0x20 or 0x7f => string.Create(CultureInfo.InvariantCulture, $"'\\x{c:x2}'"),
        < 0x7f => $"'{(char)c}'",
        < 0xa1 or 0xad => string.Create(CultureInfo.InvariantCulture, $"'\\u{(int)c:x4}'"),
        _ => "'" + (char)c + "'",
    };
}

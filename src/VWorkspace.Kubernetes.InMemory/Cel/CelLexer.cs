using System.Globalization;
using System.Text;

namespace VWorkspace.Kubernetes.InMemory.Cel;

/// <summary>Splits an expression into tokens.</summary>
internal sealed class CelLexer(string text)
{
    private static readonly string[] s_symbols = ["==", "!=", "<=", ">=", "&&", "||", "<", ">", "+", "-", "*", "/", "%", "!", "?", ":", ".", ",", "(", ")", "[", "]", "{", "}"];

    private int _at;

    public List<CelToken> ReadAll()
    {
        var tokens = new List<CelToken>();
        while (true)
        {
            SkipBlank();
            if (_at >= text.Length)
            {
                tokens.Add(new(CelTokenKind.End, text.Length, "<EOF>"));
                return tokens;
            }

            tokens.Add(Next());
        }
    }

    private char Peek(int ahead = 0) => _at + ahead < text.Length ? text[_at + ahead] : '\0';

    private void SkipBlank()
    {
        while (_at < text.Length)
        {
            if (text[_at] is ' ' or '\t' or '\n' or '\r' or '\f') _at++;
            else if (text[_at] == '/' && Peek(1) == '/')
            {
                while (_at < text.Length && text[_at] != '\n') _at++;
            }
            else return;
        }
    }

    private CelToken Next()
    {
        var start = _at;
        var c = text[_at];
        if (char.IsAsciiLetter(c) || c == '_')
        {
            if (StringPrefix() is { } prefix) return ReadString(start, prefix);
            while (char.IsAsciiLetterOrDigit(Peek()) || Peek() == '_') _at++;
            return new(CelTokenKind.Identifier, start, text[start.._at]);
        }

        if (char.IsAsciiDigit(c) || (c == '.' && char.IsAsciiDigit(Peek(1)))) return ReadNumber(start);
        if (c is '"' or '\'') return ReadString(start, "");
        if (c == '`')
        {
            var end = text.IndexOf('`', start + 1);
            if (end < 0) throw Unexpected(start);
            _at = end + 1;
            return new(CelTokenKind.Identifier, start, text[(start + 1)..end]);
        }

        foreach (var symbol in s_symbols)
        {
            if (string.CompareOrdinal(text, _at, symbol, 0, symbol.Length) != 0) continue;
            _at += symbol.Length;
            return new(CelTokenKind.Symbol, start, symbol);
        }

        throw Unexpected(start);
    }

    private CelSyntaxException Unexpected(int position) => new(position, $"Syntax error: token recognition error at: '{text[position]}'");

    /// <summary>The prefix of a raw or bytes literal that starts here, or null.</summary>
    private string? StringPrefix()
    {
        for (var length = 1; length <= 2; length++)
        {
            if (Peek(length) is not ('"' or '\'')) continue;
            var prefix = text.Substring(_at, length).ToLowerInvariant();
            return prefix is "r" or "b" or "br" or "rb" ? prefix : null;
        }

        return null;
    }

    private CelToken ReadNumber(int start)
    {
        if (text[_at] == '0' && Peek(1) is 'x' or 'X')
        {
            _at += 2;
            while (char.IsAsciiHexDigit(Peek())) _at++;
            return Integer(start);
        }

        while (char.IsAsciiDigit(Peek())) _at++;
        var isFloat = false;
        if (Peek() == '.' && char.IsAsciiDigit(Peek(1)))
        {
            isFloat = true;
            _at++;
            while (char.IsAsciiDigit(Peek())) _at++;
        }

        if (Peek() is 'e' or 'E' && (char.IsAsciiDigit(Peek(1)) || (Peek(1) is '+' or '-' && char.IsAsciiDigit(Peek(2)))))
        {
            isFloat = true;
            _at += 2;
            while (char.IsAsciiDigit(Peek())) _at++;
        }

        return isFloat ? new(CelTokenKind.Float, start, text[start.._at]) : Integer(start);
    }

    private CelToken Integer(int start)
    {
        var digits = text[start.._at];
        if (Peek() is not ('u' or 'U')) return new(CelTokenKind.Integer, start, digits);
        _at++;
        return new(CelTokenKind.Unsigned, start, digits);
    }

    private CelToken ReadString(int start, string prefix)
    {
        _at += prefix.Length;
        var raw = prefix.Contains('r');
        var isBytes = prefix.Contains('b');
        var quote = text[_at];
        var triple = Peek(1) == quote && Peek(2) == quote;
        var close = new string(quote, triple ? 3 : 1);
        _at += close.Length;
        var content = new List<byte>();
        var chars = new StringBuilder();
        while (true)
        {
            if (_at >= text.Length || (!triple && text[_at] is '\n' or '\r')) throw new CelSyntaxException(start, $"Syntax error: token recognition error at: '{text[start..]}'");
            if (string.CompareOrdinal(text, _at, close, 0, close.Length) == 0)
            {
                _at += close.Length;
                Flush();
                return isBytes ? new(CelTokenKind.Bytes, start, text[start.._at], content.ToArray()) : new(CelTokenKind.String, start, text[start.._at], Encoding.UTF8.GetString(content.ToArray()));
            }

            if (text[_at] == '\\' && !raw) ReadEscape(isBytes);
            else chars.Append(text[_at++]);
        }

        void Flush()
        {
            content.AddRange(Encoding.UTF8.GetBytes(chars.ToString()));
            chars.Clear();
        }

        void ReadEscape(bool bytes)
        {
            var at = _at++;
            var c = Peek();
            _at++;
            switch (c)
            {
                case 'a': chars.Append('\a'); return;
                case 'b': chars.Append('\b'); return;
                case 'f': chars.Append('\f'); return;
                case 'n': chars.Append('\n'); return;
                case 'r': chars.Append('\r'); return;
                case 't': chars.Append('\t'); return;
                case 'v': chars.Append('\v'); return;
                case '\\' or '\'' or '"' or '`' or '?': chars.Append(c); return;
            }

            var (digits, radix) = c switch { 'x' or 'X' => (2, 16), 'u' => (4, 16), 'U' => (8, 16), >= '0' and <= '3' => (3, 8), _ => (0, 0) };
            if (radix == 8) _at--;
            if (radix == 0 || _at + digits > text.Length || !TryCode(text.AsSpan(_at, digits), radix, out var code)) throw new CelSyntaxException(at, "Syntax error: invalid escape sequence");
            _at += digits;
            if (bytes && c is not ('u' or 'U'))
            {
                Flush();
                content.Add((byte)code);
            }
            else if (Rune.IsValid(code)) chars.Append(char.ConvertFromUtf32(code));
            else throw new CelSyntaxException(at, "Syntax error: invalid unicode code point");
        }
    }

    private static bool TryCode(ReadOnlySpan<char> digits, int radix, out int code)
    {
        if (radix == 16) return int.TryParse(digits, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out code);
        code = 0;
        foreach (var d in digits)
        {
            if (d is < '0' or > '7') return false;
            code = (code * 8) + (d - '0');
        }

        return true;
    }
}

namespace VWorkspace.Kubernetes.InMemory.Cel;

internal enum CelTokenKind
{
    End,
    Identifier,
    Integer,
    Unsigned,
    Float,
    String,
    Bytes,
    Symbol,
}

/// <summary>A token. <see cref="Text"/> is the identifier, symbol or number; <see cref="Value"/> the value of a string or bytes literal.</summary>
internal readonly record struct CelToken(CelTokenKind Kind, int Position, string Text, object? Value = null)
{
    public bool Is(string symbol) => Kind == CelTokenKind.Symbol && string.Equals(Text, symbol, StringComparison.Ordinal);
}

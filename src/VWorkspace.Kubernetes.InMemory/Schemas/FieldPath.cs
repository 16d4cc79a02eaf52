using System.Globalization;

namespace VWorkspace.Kubernetes.InMemory.Schemas;

/// <summary>The place of a value in an object as error messages write it. The empty path (upstream's nil path) prints as <c>&lt;nil&gt;</c>.</summary>
internal readonly record struct FieldPath(string? Text)
{
    public static FieldPath Root => default;

    public bool IsRoot => Text is null;

    public FieldPath Child(string name) => new(Text is null ? name : $"{Text}.{name}");

    public FieldPath Child(string first, string second) => Child(first).Child(second);

    public FieldPath Index(int index) => new(string.Create(CultureInfo.InvariantCulture, $"{Text}[{index}]"));

    public FieldPath Key(string key) => new($"{Text}[{key}]");

    public override string ToString() => Text ?? "<nil>";
}

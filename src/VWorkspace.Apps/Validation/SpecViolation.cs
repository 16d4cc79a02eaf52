namespace VWorkspace.Apps.Validation;

/// <summary>One rule that an object breaks.</summary>
/// <param name="Code">Machine-readable code; see <see cref="ViolationCode"/>.</param>
/// <param name="Field">Path of the field.</param>
/// <param name="Explanation">Text for people; never the value of something secret.</param>
internal sealed record SpecViolation(string Code, string Field, string Explanation)
{
    /// <summary><c>Code: field: explanation</c>.</summary>
    public override string ToString() => $"{Code}: {Field}: {Explanation}";
}

/// <summary>Codes of <see cref="SpecViolation"/>.</summary>
internal static class ViolationCode
{
    public const string FieldRequired = "FieldRequired";
    public const string FieldInvalid = "FieldInvalid";
    public const string FieldForbidden = "FieldForbidden";
    public const string FieldImmutable = "FieldImmutable";
    public const string ChartSourceNotAllowed = "ChartSourceNotAllowed";
    public const string ChartVersionForbidden = "ChartVersionForbidden";
    public const string ChartVersionOutsideAllowedRange = "ChartVersionOutsideAllowedRange";
    public const string InlineSecretMaterialRejected = "InlineSecretMaterialRejected";
    public const string PlaceholderFieldForbidden = "PlaceholderFieldForbidden";
    public const string ModeTransitionForbidden = "ModeTransitionForbidden";
    public const string ClusterIdMismatch = "ClusterIdMismatch";
    public const string NamespaceNotGated = "NamespaceNotGated";
}

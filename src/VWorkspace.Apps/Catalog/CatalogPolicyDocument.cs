namespace VWorkspace.Apps.Catalog;

/// <summary>What the catalog says about versions and approvals: the content of a valid policy. Immutable.</summary>
/// <param name="ValidUntil">When the content is no longer believed to be current; null for never.</param>
/// <param name="Entries">All that apply to an instance are applied.</param>
internal sealed record CatalogPolicyDocument(DateTimeOffset? ValidUntil, IReadOnlyList<CatalogPolicyEntry> Entries)
{
    /// <summary>Judges one instance.</summary>
    /// <param name="question">The instance.</param>
    /// <param name="now">The clock.</param>
    public ChartVersionVerdict Judge(ChartVersionQuestion question, DateTimeOffset now)
    {
        ChartVersionVerdict verdict = ChartVersionVerdict.Unobjectionable;
        SemanticVersion? version = SemanticVersion.TryParse(question.Version);
        foreach (CatalogPolicyEntry entry in Entries)
        {
            if (!entry.AppliesTo(question)) continue;
            bool awaits = entry.ApprovalRequired && !entry.Approvals.Any(approval => approval.Covers(question, version));
            verdict = verdict with
            {
                AwaitsApproval = verdict.AwaitsApproval || awaits,
                Unavailable = ValidUntil is { } end && end <= now ? Expired(end) : null,
            };
            // What is no version is refused elsewhere.
            if (version is null) continue;
            verdict = verdict with
            {
                ForbiddenNote = verdict.ForbiddenNote ?? Note(entry.Forbidden, version),
                DeprecatedNote = verdict.DeprecatedNote ?? Note(entry.Deprecated, version),
                OutsideRange = verdict.OutsideRange ?? (entry.Allowed is { } allowed && !allowed.Contains(version) ? allowed.ToString() : null),
            };
        }

        return verdict;
    }

    private static string Expired(DateTimeOffset end) =>
        $"the cached policy was valid until {end.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture)} and has not been renewed; its last content still holds";

    private static string? Note(IReadOnlyList<NotedVersions> list, SemanticVersion version) => list.FirstOrDefault(item => item.Versions.Contains(version))?.Note;
}

/// <summary>What is said about one catalog entry, or about those that match a pattern.</summary>
internal sealed record CatalogPolicyEntry
{
    /// <summary>Catalog id; <c>*</c> stands for any run of characters.</summary>
    public required string CatalogId { get; init; }

    /// <summary>Only this chart of the entry; null for every chart.</summary>
    public string? Chart { get; init; }

    /// <summary>Versions that may be installed; null for every version.</summary>
    public VersionRange? Allowed { get; init; }

    public IReadOnlyList<NotedVersions> Forbidden { get; init; } = [];

    public IReadOnlyList<NotedVersions> Deprecated { get; init; } = [];

    public bool ApprovalRequired { get; init; }

    public IReadOnlyList<RecordedApproval> Approvals { get; init; } = [];

    public bool AppliesTo(ChartVersionQuestion question) => (Chart is null || Chart == question.Chart) && Matches(CatalogId, question.CatalogId);

    private static bool Matches(string pattern, string text)
    {
        string[] parts = pattern.Split('*');
        if (parts.Length == 1) return pattern == text;
        if (text.Length < parts[0].Length + parts[^1].Length || !text.StartsWith(parts[0], StringComparison.Ordinal) || !text.EndsWith(parts[^1], StringComparison.Ordinal)) return false;
        int from = parts[0].Length, end = text.Length - parts[^1].Length;
        foreach (string part in parts.AsSpan(1, parts.Length - 2))
        {
            int at = text.IndexOf(part, from, end - from, StringComparison.Ordinal);
            if (at < 0) return false;
            from = at + part.Length;
        }

        return true;
    }
}

/// <summary>Versions with the reason why they are on a list.</summary>
internal sealed record NotedVersions(VersionRange Versions, string Note);

/// <summary>An approval that was given for one instance.</summary>
internal sealed record RecordedApproval(string Namespace, string Name, VersionRange? Versions)
{
    public bool Covers(ChartVersionQuestion question, SemanticVersion? version) =>
        Namespace == question.Namespace && Name == question.Name && (Versions is null || (version is not null && Versions.Contains(version)));
}

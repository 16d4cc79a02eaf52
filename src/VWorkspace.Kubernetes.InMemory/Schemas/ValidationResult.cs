namespace VWorkspace.Kubernetes.InMemory.Schemas;

/// <summary>Errors and the number of checks that were made; the latter picks the best of several failed alternatives.</summary>
internal sealed class ValidationResult
{
    public List<FieldError> Errors { get; } = [];

    public int MatchCount { get; private set; }

    public bool IsValid => Errors.Count == 0;

    public void Add(FieldError error) => Errors.Add(error);

    public void Increment() => MatchCount++;

    public void Merge(ValidationResult other)
    {
        Errors.AddRange(other.Errors);
        MatchCount += other.MatchCount;
    }
}

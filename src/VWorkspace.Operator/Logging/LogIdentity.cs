namespace VWorkspace.Operator.Logging;

/// <summary>Who speaks in the log. Read for every record, so that lines written after a registration carry the new identity.</summary>
public sealed class LogIdentity
{
    private volatile string _clusterId = "unregistered";
    private volatile string _organisationId = "unknown";

    /// <summary>Name of the Cluster; <c>unregistered</c> until there is one.</summary>
    public string ClusterId
    {
        get => _clusterId;
        set => _clusterId = string.IsNullOrEmpty(value) ? "unregistered" : value;
    }

    /// <summary>The owning organisation; <c>unknown</c> until the control plane told.</summary>
    public string OrganisationId
    {
        get => _organisationId;
        set => _organisationId = string.IsNullOrEmpty(value) ? "unknown" : value;
    }
}

using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using VWorkspace.Kubernetes.InMemory.Registry;
using VWorkspace.Kubernetes.InMemory.Rest;

namespace VWorkspace.Kubernetes.InMemory.Http;

/// <summary>A request that is answered by a function instead of the store.</summary>
internal sealed record SpecialRequest(ResourceType Type, string Namespace, string Name, string Verb, byte[] Body, string MediaType, WriteParameters Options, IQueryCollection Query);

internal delegate Task<WriteResult> SpecialOperation(SpecialRequest request, CancellationToken ct);

/// <summary>Reviews, token requests, scale and the like, by resource and subresource.</summary>
internal sealed class SpecialOperations
{
    private readonly Dictionary<(string Resource, string Subresource), SpecialOperation> _operations = [];

    /// <summary>The scale subresource, of whatever kind.</summary>
    public SpecialOperation? Scale { get; set; }

    public void Add(string resource, string subresource, SpecialOperation operation) => _operations[(resource, subresource)] = operation;

    public SpecialOperation? Find(ResourceType type, string subresource, string verb) =>
        subresource == "scale" ? Scale : _operations.GetValueOrDefault((type.Resource.ToString(), subresource));
}

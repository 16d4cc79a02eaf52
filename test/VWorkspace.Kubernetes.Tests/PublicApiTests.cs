using VWorkspace.TestSupport;

namespace VWorkspace.Kubernetes.Tests;

[TestFixture]
public sealed class PublicApiTests
{
    [Test]
    public void Public_surface_is_the_approved_one() => PublicApiAssert.Matches(typeof(IKubernetesClient).Assembly);

    [Test]
    public void Description_tells_required_nullable_init_and_constants()
    {
        List<string> lines = PublicApiAssert.Describe(typeof(IKubernetesClient).Assembly);

        Assert.That(lines, Does.Contain("KubernetesClientConfiguration.required Uri Server { get; init; }"));
        Assert.That(lines, Does.Contain("ListOptions.String? LabelSelector { get; init; }"));
        Assert.That(lines, Does.Contain("StatusReason.const String NotFound = NotFound"));
        Assert.That(lines, Does.Contain("enum VWorkspace.Kubernetes.TransportFault"));
    }
}

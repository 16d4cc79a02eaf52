using VWorkspace.TestSupport;

namespace VWorkspace.Kubernetes.InMemory.Tests;

[TestFixture]
public sealed class PublicApiTests
{
    [Test]
    public void Public_surface_is_the_approved_one() => PublicApiAssert.Matches(typeof(InMemoryApiServer).Assembly);
}

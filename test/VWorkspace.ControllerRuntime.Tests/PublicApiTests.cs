using VWorkspace.TestSupport;

namespace VWorkspace.ControllerRuntime.Tests;

[TestFixture]
internal sealed class PublicApiTests
{
    [Test]
    public void Public_surface_is_the_approved_one() => PublicApiAssert.Matches(typeof(IControllerManager).Assembly);
}

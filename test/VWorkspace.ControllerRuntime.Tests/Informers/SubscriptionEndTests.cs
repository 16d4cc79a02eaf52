using Microsoft.Extensions.Logging.Abstractions;
using VWorkspace.Kubernetes;

namespace VWorkspace.ControllerRuntime.Tests;

/// <summary>A subscription that ends while changes are queued leaves nothing on its way.</summary>
[TestFixture]
internal sealed class SubscriptionEndTests
{
    [Test]
    public async Task Subscription_that_ends_at_once_leaves_nothing_on_its_way()
    {
        var inFlight = new WorkInFlight();
        for (int i = 0; i < 2000; i++)
        {
            var subscription = new InformerSubscription<PartialObject>(new Ignoring(), static _ => { }, inFlight, NullLogger.Instance);
            for (int change = 0; change < 3; change++) subscription.Notify(new(null, new PartialObject(), true));
            subscription.Dispose();
            subscription.Notify(new(null, new PartialObject(), false));
        }

        await Eventually.HoldsAsync(() => inFlight.IsIdle, "nothing is left on its way");
    }

    private sealed class Ignoring : IInformerHandler<PartialObject>
    {
        public void OnAdded(PartialObject obj, bool isInitial) { }

        public void OnUpdated(PartialObject previous, PartialObject current) { }

        public void OnDeleted(PartialObject last) { }
    }
}

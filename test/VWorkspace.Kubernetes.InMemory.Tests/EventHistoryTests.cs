using FsCheck;
using FsCheck.Fluent;
using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Storage;

namespace VWorkspace.Kubernetes.InMemory.Tests;

/// <summary>The ring of changes behaves as a plain list.</summary>
[TestFixture]
public sealed class EventHistoryTests
{
    /// <summary>Positive numbers add a change that many revisions later, zero takes the oldest out, negative ones clear.</summary>
    [Test]
    public void History_finds_what_a_list_finds() =>
        Prop.ForAll(Gen.Frequency((8, Gen.Choose(1, 3)), (3, Gen.Constant(0)), (1, Gen.Constant(-1))).ArrayOf().ToArbitrary(), steps =>
        {
            var history = new EventHistory();
            List<long> model = [];
            long revision = 0;
            foreach (int step in steps)
            {
                if (step > 0)
                {
                    revision += step;
                    history.Add(Change(revision));
                    model.Add(revision);
                }
                else if (step < 0)
                {
                    history.Clear();
                    model.Clear();
                }
                else if (model.Count > 0)
                {
                    Assert.That(history.RemoveOldest().Revision, Is.EqualTo(model[0]));
                    model.RemoveAt(0);
                }

                Assert.That(Enumerable.Range(0, history.Count).Select(i => history[i].Revision), Is.EqualTo(model));
                for (long at = Math.Max(0, revision - 6); at <= revision + 1; at++)
                    Assert.That(history.FirstAfter(at), Is.EqualTo(model.Count(r => r <= at)), $"after {at} of {string.Join(' ', model)}");
            }
        }).QuickCheckThrowOnFailure();

    private static StoreEvent Change(long revision) =>
        new(StoreEventType.Added, new StoredObject(new JsonObject { ["metadata"] = new JsonObject { ["name"] = "a" } }, revision), null, ResourceTable.Empty);
}

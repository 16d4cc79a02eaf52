using System.Text;
using VWorkspace.Kubernetes.Compact;

namespace VWorkspace.Kubernetes.Tests.Compact;

/// <summary>One instance for what is common, and never more instances than slots.</summary>
[TestFixture]
public sealed class StringPoolTests
{
    private static string Get(StringPool pool, string text) => pool.Get(Encoding.UTF8.GetBytes(text));

    [TestCase("Ready")]
    [TestCase("a")]
    [TestCase("")]
    [TestCase("app.kubernetes.io/managed-by")]
    public void Known_text_is_the_same_instance(string text)
    {
        var pool = new StringPool(16);
        string first = Get(pool, text);
        Assert.That(first, Is.EqualTo(text));
        Assert.That(Get(pool, text), Is.SameAs(first));
    }

    [TestCase("größe")]
    [TestCase("😀")]
    [TestCase("a-text-that-is-longer-than-any-label-value-may-be-and-is-made-anew-each-time")]
    public void Text_that_is_long_or_not_plain_is_correct_and_not_kept(string text)
    {
        var pool = new StringPool(16);
        string first = Get(pool, text);
        Assert.That(first, Is.EqualTo(text));
        Assert.That(Get(pool, text), Is.Not.SameAs(first));
    }

    [Test]
    public void Flood_of_names_is_kept_in_no_more_than_its_slots()
    {
        var pool = new StringPool(16);
        List<WeakReference> given = Flood(pool, 10_000);
        GC.Collect(2, GCCollectionMode.Forced, blocking: true);
        Assert.That(given.Count(static text => text.IsAlive), Is.InRange(1, pool.Capacity));
        GC.KeepAlive(pool);
    }

    [Test]
    public void Text_that_is_asked_for_again_and_again_survives_a_flood_of_others()
    {
        var pool = new StringPool(16);
        string common = Get(pool, "True");
        int lost = 0;
        for (int i = 0; i < 10_000; i++)
        {
            Get(pool, $"release-{i}");
            if (!ReferenceEquals(Get(pool, "True"), common)) lost++;
        }

        Assert.That(lost, Is.Zero);
    }

    [Test]
    public async Task Threads_that_share_it_get_what_they_asked_for()
    {
        var pool = new StringPool(4);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            for (int i = 0; i < 50_000; i++)
            {
                string wanted = $"n{i % 97}";
                if (Get(pool, wanted) != wanted) throw new InvalidOperationException(wanted);
            }
        }, CancellationToken.None)));
    }

    private static List<WeakReference> Flood(StringPool pool, int texts) => [.. Enumerable.Range(0, texts).Select(i => new WeakReference(Get(pool, $"release-{i}")))];
}

using VWorkspace.Operator.Hosting;
using VWorkspace.TestSupport;

namespace VWorkspace.Operator.Tests.Hosting;

/// <summary>When the heap is given back.</summary>
public sealed class IdleMemoryTests
{
    private readonly ManualTimeProvider _clock = new();
    private readonly CountedHeap _heap = new();
    private bool _idle;
    private IdleMemory _memory = null!;

    [SetUp]
    public void Make() => _memory = new(() => _idle, _heap, _clock);

    [Test]
    public void Memory_is_given_back_once_after_two_looks_at_rest()
    {
        _idle = true;
        _heap.Allocated = IdleMemory.Worthwhile;
        Assert.That(Looks(4), Is.EqualTo(new[] { false, true, false, false }));
    }

    [Test]
    public void Memory_stays_while_work_goes_on_between_the_looks()
    {
        _heap.Allocated = 10 * IdleMemory.Worthwhile;
        bool[] looks = [.. Enumerable.Range(0, 6).Select(i =>
        {
            _idle = i % 2 == 0;
            return _memory.Look();
        })];
        Assert.That(looks, Has.All.False);
    }

    [Test]
    public void Memory_stays_when_too_little_was_allocated_since_the_last_time()
    {
        _idle = true;
        _heap.Allocated = IdleMemory.Worthwhile - 1;
        Assert.That(Looks(3), Has.All.False);
        _heap.Allocated++;
        Assert.That(_memory.Look(), Is.True);
        _clock.Advance(IdleMemory.Pause);
        _heap.Allocated += IdleMemory.Worthwhile - 1;
        Assert.That(_memory.Look(), Is.False);
    }

    [Test]
    public void Memory_is_not_given_back_again_before_the_pause_is_over()
    {
        _idle = true;
        _heap.Allocated = IdleMemory.Worthwhile;
        Assert.That(Looks(2), Is.EqualTo(new[] { false, true }));
        _heap.Allocated *= 3;
        _clock.Advance(IdleMemory.Pause - TimeSpan.FromTicks(1));
        Assert.That(_memory.Look(), Is.False);
        _clock.Advance(TimeSpan.FromTicks(1));
        Assert.That(_memory.Look(), Is.True);
    }

    [Test]
    public void Heap_of_the_process_shrinks_when_it_is_given_back()
    {
        var heap = new ManagedHeap();
        long before = heap.Allocated;
        WeakReference garbage = Garbage();
        Assert.That(heap.Allocated - before, Is.GreaterThanOrEqualTo(1 << 20));
        heap.GiveBack();
        Assert.That(garbage.IsAlive, Is.False);
    }

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private static WeakReference Garbage() => new(new byte[1 << 20]);

    private bool[] Looks(int count) => [.. Enumerable.Range(0, count).Select(_ => _memory.Look())];

    private sealed class CountedHeap : IHeap
    {
        public long Allocated { get; set; }

        public void GiveBack()
        {
            // What counts is the answer of the look.
        }
    }
}

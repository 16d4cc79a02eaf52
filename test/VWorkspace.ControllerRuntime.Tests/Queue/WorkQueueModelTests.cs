using FsCheck;
using FsCheck.Fluent;

namespace VWorkspace.ControllerRuntime.Tests;

/// <summary>The queue against a model that is slow and obvious, under random interleavings of everything that can be done to it.</summary>
[TestFixture]
internal sealed class WorkQueueModelTests
{
    [Test]
    public void Queue_behaves_as_the_model_under_random_interleavings() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(400).WithEndSize(400), Prop.ForAll<uint[]>(operations => new Run().All(operations)));

    private sealed class Entry
    {
        public bool Processing, Waiting;
        public long? Due;
        public int Priority;
        public long Order;
    }

    private sealed class Run
    {
        private readonly FakeTime _time = new();
        private readonly WorkQueue<int> _queue;
        private readonly Dictionary<int, Entry> _model = [];
        private readonly int[] _passedOver = new int[3];
        private long _order;

        public Run() => _queue = new(new BackoffRateLimiter<int>(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(9), 0, new Random(1)), _time);

        public bool All(uint[] operations)
        {
            foreach (uint operation in operations)
            {
                Do(operation);
                Compare();
            }

            // Whatever happened: once all times have come, everything that waits is handed out exactly once.
            _time.Advance(TimeSpan.FromHours(1));
            Mature();
            foreach (int item in _model.Where(static e => e.Value.Processing).Select(static e => e.Key).ToArray()) Done(item);
            int left = _model.Values.Count(static e => e.Waiting);
            for (int i = 0; i < left; i++) Get();
            Compare();
            Require(_queue.Status.Depth == 0, "nothing is left");
            _queue.Dispose();
            return true;
        }

        private void Do(uint operation)
        {
            int item = (int)((operation >> 3) % 6), priority = (int)((operation >> 6) % 3);
            switch (operation % 8)
            {
                case 0 or 1:
                    _queue.Add(item, (WorkPriority)priority);
                    MakeWaiting(Find(item), priority);
                    break;
                case 2 or 3:
                    long seconds = 1 + (operation >> 8) % 20;
                    _queue.AddAfter(item, TimeSpan.FromSeconds(seconds), (WorkPriority)priority);
                    Delay(Find(item), _time.GetTimestamp() + TimeSpan.FromSeconds(seconds).Ticks, priority);
                    break;
                case 4 or 5:
                    if (_model.Values.Any(static e => e is { Waiting: true, Processing: false })) Get();
                    break;
                case 6:
                    Done(item);
                    break;
                default:
                    _time.Advance(TimeSpan.FromSeconds((operation >> 3) % 15));
                    Mature();
                    break;
            }
        }

        private Entry Find(int item) => _model.TryGetValue(item, out Entry? entry) ? entry : _model[item] = new();

        private void MakeWaiting(Entry entry, int priority)
        {
            if (!entry.Waiting)
            {
                entry.Priority = entry.Due is null ? priority : Math.Max(entry.Priority, priority);
                (entry.Waiting, entry.Due, entry.Order) = (true, null, _order++);
            }
            else if (priority > entry.Priority)
            {
                (entry.Priority, entry.Order) = (priority, entry.Processing ? entry.Order : _order++);
            }
        }

        private void Delay(Entry entry, long due, int priority)
        {
            if (entry.Waiting)
            {
                MakeWaiting(entry, priority);
                return;
            }

            entry.Priority = entry.Due is null ? priority : Math.Max(entry.Priority, priority);
            entry.Due = Math.Min(entry.Due ?? long.MaxValue, due);
        }

        private void Mature()
        {
            foreach (Entry entry in _model.Values.Where(e => e.Due <= _time.GetTimestamp()).OrderBy(static e => e.Due)) MakeWaiting(entry, entry.Priority);
        }

        private void Get()
        {
            WorkItem<int>? handed = null;
            _ = TakeAsync();
            Require(handed is not null, "an item is ready and handed out at once");
            WorkItem<int> taken = handed!.Value;
            Entry entry = _model[taken.Item];
            Require(entry is { Waiting: true, Processing: false }, "what is handed out was waiting and not worked on");
            Require((int)taken.Priority == entry.Priority, "the priority is the highest it was added with");

            int[] levels = [.. _model.Values.Where(static e => e is { Waiting: true, Processing: false }).Select(static e => e.Priority).Distinct()];
            int expected = levels.Where(l => _passedOver[l] >= WorkQueue<int>.FairnessInterval).DefaultIfEmpty(levels.Max()).Min();
            Require(entry.Priority == expected, "the level is the highest, or one that was passed over for long");
            for (int level = 0; level < 3; level++)
            {
                if (level == expected) _passedOver[level] = 0;
                else if (level < expected) _passedOver[level] = levels.Contains(level) ? _passedOver[level] + 1 : 0;
            }

            (entry.Waiting, entry.Processing) = (false, true);

            async Task TakeAsync() => handed = await _queue.GetAsync();
        }

        private void Done(int item)
        {
            _queue.Done(item);
            if (!_model.TryGetValue(item, out Entry? entry) || !entry.Processing) return;
            entry.Processing = false;
            if (entry.Waiting) entry.Order = _order++;
        }

        private void Compare()
        {
            WorkQueueStatus status = _queue.Status;
            Require(status.Depth == _model.Values.Count(static e => e.Waiting), "the depth is the number of waiting items");
            Require(status.Delayed == _model.Values.Count(static e => e.Due is not null && !e.Waiting), "the delayed ones are those whose time has not come");
            Require(status.Processing == _model.Values.Count(static e => e.Processing), "the running ones are those taken and not done");
        }

        private static void Require(bool holds, string what)
        {
            if (!holds) throw new InvalidOperationException("violated: " + what);
        }
    }
}

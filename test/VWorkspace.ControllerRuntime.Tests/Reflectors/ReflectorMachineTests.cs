using VWorkspace.Kubernetes;

namespace VWorkspace.ControllerRuntime.Tests;

[TestFixture]
internal sealed class ReflectorMachineTests
{
    private static readonly ReflectorState Streaming = ReflectorState.Initial(streaming: true);
    private static readonly ReflectorState Listing = ReflectorState.Initial(streaming: false);
    private static readonly ReflectorState SecondPage = Listing with { Continue = "token" };
    private static readonly ReflectorState Watching = new() { Action = ReflectorAction.Watch, ResourceVersion = "10" };
    private static readonly ReflectorState WatchingPaged = Watching with { NoStreaming = true };

    private static ReflectorSignal Refused(int code, string reason = "", string message = "", int? retryAfter = null) =>
        ReflectorSignal.Refused(new(new KubernetesStatus { Code = code, Reason = reason, Message = message }, retryAfter is { } s ? TimeSpan.FromSeconds(s) : null));

    private static IEnumerable<TestCaseData> Rows()
    {
        yield return Row("Stream_that_is_complete_becomes_a_watch", Streaming, ReflectorSignal.InitialEventsEnded("7"), Streaming with { Action = ReflectorAction.Watch, ResourceVersion = "7" });
        yield return Row("Stream_refused_as_invalid_falls_back_to_pages", Streaming, Refused(422, "Invalid"), Listing);
        yield return Row("Stream_refused_as_bad_request_falls_back_to_pages", Streaming, Refused(400, "BadRequest"), Listing);
        yield return Row("Stream_without_end_falls_back_to_pages", Streaming, ReflectorSignal.Idle, Listing);
        yield return Row("Stream_cut_backs_off_and_streams_again", Streaming, ReflectorSignal.Broken, Streaming with { CutStreams = 1, Pause = ReflectorPause.BackOff });
        yield return Row("Stream_cut_for_the_third_time_falls_back_to_pages", Streaming with { CutStreams = 2 }, ReflectorSignal.Broken, Listing);
        yield return Row("Stream_ended_early_backs_off", Streaming, ReflectorSignal.Ended, Streaming with { CutStreams = 1, Pause = ReflectorPause.BackOff });
        yield return Row("Stream_refused_for_load_waits_as_told", Streaming, Refused(429, "TooManyRequests", retryAfter: 9),
            Streaming with { Pause = ReflectorPause.BackOff, RetryAfter = TimeSpan.FromSeconds(9) });
        yield return Row("Stream_of_an_unknown_kind_waits_until_it_is_served", Streaming, Refused(404, "NotFound"), Streaming with { Pause = ReflectorPause.NotServed });

        yield return Row("Page_that_is_not_the_last_leads_to_the_next", Listing, ReflectorSignal.PageRead("t"), Listing with { Continue = "t" });
        yield return Row("Last_page_leads_to_the_watch", SecondPage, ReflectorSignal.Listed("9"), Listing with { Action = ReflectorAction.Watch, ResourceVersion = "9" });
        yield return Row("Token_that_expired_starts_the_list_anew_at_once", SecondPage, Refused(410, "Expired"), Listing with { ExpiredPages = 1 });
        yield return Row("Token_that_expired_again_backs_off_and_gives_up_paging", SecondPage with { ExpiredPages = 1 }, Refused(410, "Expired"),
            Listing with { ExpiredPages = 2, Pause = ReflectorPause.BackOff });
        yield return Row("Page_refused_for_load_is_asked_for_again", SecondPage, Refused(429, retryAfter: 3), SecondPage with { Pause = ReflectorPause.BackOff, RetryAfter = TimeSpan.FromSeconds(3) });
        yield return Row("Page_cut_is_asked_for_again", SecondPage, ReflectorSignal.Broken, SecondPage with { Pause = ReflectorPause.BackOff });
        yield return Row("List_forbidden_backs_off", Listing, Refused(403, "Forbidden"), Listing with { Pause = ReflectorPause.BackOff });
        yield return Row("List_of_an_unknown_kind_waits_until_it_is_served", SecondPage, Refused(404, "NotFound"), Listing with { Pause = ReflectorPause.NotServed });

        yield return Row("Watch_remembers_every_version", Watching, ReflectorSignal.Progress("11"), Watching with { ResourceVersion = "11" });
        yield return Row("Watch_that_ended_resumes_at_once", Watching, ReflectorSignal.Ended, Watching);
        yield return Row("Watch_that_ended_at_once_backs_off", Watching, ReflectorSignal.EndedAtOnce, Watching with { Pause = ReflectorPause.BackOff });
        yield return Row("Watch_that_broke_backs_off_and_resumes", Watching, ReflectorSignal.Broken, Watching with { Pause = ReflectorPause.BackOff });
        yield return Row("Watch_that_is_idle_resumes_at_once", Watching, ReflectorSignal.Idle, Watching with { IdleWatches = 1 });
        yield return Row("Watch_that_is_idle_twice_lists_anew", Watching with { IdleWatches = 1 }, ReflectorSignal.Idle, Streaming with { RelistedWithoutProgress = true });
        yield return Row("Progress_forgets_idleness", Watching with { IdleWatches = 1 }, ReflectorSignal.Progress("11"), Watching with { ResourceVersion = "11" });
        yield return Row("Watch_that_expired_lists_anew_at_once", Watching, Refused(410, "Expired"), Streaming with { RelistedWithoutProgress = true });
        yield return Row("Watch_that_expired_in_stream_as_gone_lists_anew", Watching, Refused(410, "Gone"), Streaming with { RelistedWithoutProgress = true });
        yield return Row("Watch_that_expired_without_streaming_lists_in_pages", WatchingPaged, Refused(410, "Expired"), Listing with { RelistedWithoutProgress = true });
        yield return Row("Watch_that_expires_right_after_a_relist_backs_off", Watching with { RelistedWithoutProgress = true }, Refused(410, "Expired"),
            Streaming with { RelistedWithoutProgress = true, Pause = ReflectorPause.BackOff });
        yield return Row("Watch_from_a_version_the_server_never_had_lists_anew", Watching, Refused(504, "Timeout", "Too large resource version: 10, current: 3"),
            Streaming with { RelistedWithoutProgress = true });
        yield return Row("Watch_that_times_out_backs_off_and_resumes", Watching, Refused(504, "Timeout", "slow"), Watching with { Pause = ReflectorPause.BackOff });
        yield return Row("Watch_refused_for_load_waits_as_told_and_resumes", Watching, Refused(429, retryAfter: 5),
            Watching with { Pause = ReflectorPause.BackOff, RetryAfter = TimeSpan.FromSeconds(5) });
        yield return Row("Watch_with_server_fault_resumes", Watching, Refused(500), Watching with { Pause = ReflectorPause.BackOff, WatchFaults = 1 });
        yield return Row("Watch_with_server_faults_in_a_row_lists_anew", Watching with { WatchFaults = 4 }, Refused(500),
            Streaming with { Pause = ReflectorPause.BackOff, RelistedWithoutProgress = true });
        yield return Row("Watch_of_a_kind_that_went_waits_until_it_is_served", Watching, Refused(404, "NotFound"), Streaming with { Pause = ReflectorPause.NotServed });
        yield return Row("Progress_forgets_faults_and_expiry", Watching with { WatchFaults = 3, RelistedWithoutProgress = true }, ReflectorSignal.Progress("11"), Watching with { ResourceVersion = "11" });
        foreach (string? nowhere in (string?[])[null, "", "0"])
        {
            ReflectorState blind = WatchingPaged with { ResourceVersion = nowhere };
            string name = nowhere is null ? "null" : nowhere.Length == 0 ? "empty" : nowhere;
            yield return Row($"Watch_without_a_version_to_resume_from_lists_anew_when_it_ends({name})", blind, ReflectorSignal.Ended, Listing with { RelistedWithoutProgress = true });
            yield return Row($"Watch_without_a_version_to_resume_from_lists_anew_when_it_breaks({name})", blind, ReflectorSignal.Broken, Listing with { RelistedWithoutProgress = true, Pause = ReflectorPause.BackOff });
            yield return Row($"Watch_without_a_version_to_resume_from_waits_as_told({name})", blind, Refused(429, retryAfter: 5), Listing with { RelistedWithoutProgress = true, Pause = ReflectorPause.BackOff, RetryAfter = TimeSpan.FromSeconds(5) });
        }

        yield return Row("Watch_without_a_version_that_ends_again_backs_off", WatchingPaged with { ResourceVersion = null, RelistedWithoutProgress = true }, ReflectorSignal.Ended, Listing with { RelistedWithoutProgress = true, Pause = ReflectorPause.BackOff });
        yield return Row("A_pause_lasts_for_one_step", Watching with { Pause = ReflectorPause.BackOff, RetryAfter = TimeSpan.FromSeconds(5) }, ReflectorSignal.Ended, Watching);
    }

    private static TestCaseData Row(string name, ReflectorState state, ReflectorSignal signal, ReflectorState expected) => new TestCaseData(state, signal, expected).SetName(name);

    [TestCaseSource(nameof(Rows))]
    public void Step(object state, object signal, object expected) =>
        Assert.That(ReflectorMachine.Step((ReflectorState)state, (ReflectorSignal)signal), Is.EqualTo((ReflectorState)expected));

    [Test]
    public void List_is_read_in_one_piece_after_two_expired_tokens()
    {
        Assert.That(ReflectorMachine.Unpaged(Listing with { ExpiredPages = 1 }), Is.False);
        Assert.That(ReflectorMachine.Unpaged(Listing with { ExpiredPages = 2 }), Is.True);
    }

    [Test]
    public void Backoff_draws_from_growing_windows_and_starts_anew_after_two_quiet_minutes()
    {
        var time = new FakeTime();
        var backoff = new ReflectorBackoff(TimeSpan.FromSeconds(0.8), TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(2), time, new OnlyOne());
        double[] windows = [.. Enumerable.Range(0, 8).Select(_ => Math.Round(backoff.Next().TotalSeconds, 3))];
        Assert.That(windows, Is.EqualTo(new[] { 0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 30, 30 }));
        time.Advance(TimeSpan.FromSeconds(119));
        Assert.That(backoff.Next().TotalSeconds, Is.EqualTo(30).Within(0.001));
        time.Advance(TimeSpan.FromSeconds(120));
        Assert.That(backoff.Next().TotalSeconds, Is.EqualTo(0.8).Within(0.001));
    }

    [Test]
    public void Backoff_uses_the_whole_window()
    {
        var backoff = new ReflectorBackoff(TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(2), new FakeTime(), new Random(3));
        double[] delays = [.. Enumerable.Range(0, 500).Select(_ => backoff.Next().TotalSeconds)];
        Assert.That(delays.Min(), Is.LessThan(2));
        Assert.That(delays.Max(), Is.InRange(28, 30));
    }

    private sealed class OnlyOne() : Random(0)
    {
        public override double NextDouble() => 1;
    }
}

using System.Diagnostics;

namespace VWorkspace.ControllerRuntime.Tests;

/// <summary>Waits on conditions, generously: tests have to pass on a slow machine under load.</summary>
internal static class Eventually
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(40);

    public static Task HoldsAsync(Func<bool> condition, string what) => HoldsAsync(() => Task.FromResult(condition()), what);

    public static async Task HoldsAsync(Func<Task<bool>> condition, string what)
    {
        var watch = Stopwatch.StartNew();
        while (!await condition())
        {
            if (watch.Elapsed > Limit) Assert.Fail($"not within {Limit.TotalSeconds} s: {what}");
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, CancellationToken.None);
        }
    }

    public static async Task EndsAsync(Task task, string what)
    {
        try
        {
            await task.WaitAsync(Limit);
        }
        catch (TimeoutException)
        {
            Assert.Fail($"not within {Limit.TotalSeconds} s: {what}");
        }
    }

    public static async Task<T> EndsAsync<T>(Task<T> task, string what)
    {
        await EndsAsync((Task)task, what);
        return await task;
    }
}

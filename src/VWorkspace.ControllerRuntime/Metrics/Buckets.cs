namespace VWorkspace.ControllerRuntime;

/// <summary>Histogram bounds of controller-runtime and client-go; dashboards aggregate by their exact text.</summary>
public static class Buckets
{
    /// <summary>For things that take from milliseconds to a minute.</summary>
    public static IReadOnlyList<double> Long { get; } =
    [
        0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.25, 1.5, 1.75, 2, 2.5, 3, 3.5, 4, 4.5, 5, 6, 7, 8, 9, 10, 15, 20, 25, 30, 40, 50, 60,
    ];

    /// <summary>For work queues: powers of ten. Two of them are what repeated multiplication gives, because that is what upstream writes.</summary>
    public static IReadOnlyList<double> Queue { get; } = [1e-08, 1e-07, 1e-06, 9.999999999999999e-06, 9.999999999999999e-05, 0.001, 0.01, 0.1, 1, 10, 100, 1000];

    /// <summary>The defaults of Prometheus clients.</summary>
    public static IReadOnlyList<double> Default { get; } = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
}

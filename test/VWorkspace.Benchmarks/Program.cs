using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using VWorkspace.Benchmarks;
using VWorkspace.Benchmarks.Applications;
using VWorkspace.Benchmarks.ServerLoad;

// A load on a whole server is no micro-benchmark: it has a runner of its own.
if (args is ["server-load", ..]) return await ServerLoadCommand.RunAsync(args.AsMemory(1), CancellationToken.None);
if (args is ["server-startup", ..]) return await ServerStartup.ReportAsync(args.AsMemory(1), CancellationToken.None);
if (args is ["apps-load", ..]) return await ApplicationLoad.RunAsync(args);

if (args is ["apps-memory", ..]) return await ApplicationMemory.RunAsync(args);

if (args is ["informer-load"])
{
    await InformerLoad.RunAsync(Console.Out);
    await NotificationLoad.RunAsync(Console.Out);
    return 0;
}

// In-process and short: the results are ratios within one run, not absolute numbers of one machine.
ManualConfig config = ManualConfig.Create(DefaultConfig.Instance)
    .AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance))
    .AddDiagnoser(MemoryDiagnoser.Default);
BenchmarkSwitcher.FromAssembly(typeof(WatchDecodeBenchmarks).Assembly).Run(args, config);
return 0;

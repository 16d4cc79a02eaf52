using System.Diagnostics;

namespace VWorkspace.Architecture.Tests;

/// <summary>The script of the build machine, with a stand-in for <c>dotnet</c> that leaves the results of a case.</summary>
public sealed class CiScriptTests
{
    private const string Passed = """<UnitTestResult testName="a" outcome="Passed" duration="1" />""";
    private const string Failed = """<UnitTestResult testName="b" outcome="Failed" duration="1"><Output /></UnitTestResult>""";
    private const string Skipped = """<UnitTestResult testName="c" outcome="NotExecuted" duration="1" />""";

    private string _directory = "";

    [SetUp]
    public void Prepare()
    {
        if (!File.Exists("/bin/bash")) Assert.Ignore("there is no bash on this machine");
        _directory = Directory.CreateTempSubdirectory("ci-").FullName;
        foreach (string name in new[] { "One.Tests", "Two.Tests" })
        {
            Directory.CreateDirectory(Path.Combine(_directory, "test", name));
            File.WriteAllText(Path.Combine(_directory, "test", name, name + ".csproj"), "<Project />");
        }
        Directory.CreateDirectory(Path.Combine(_directory, ".ci"));
        Directory.CreateDirectory(Path.Combine(_directory, "results"));
        File.Copy(Repository.Absolute(".ci/run"), Path.Combine(_directory, ".ci", "run"));
    }

    [TearDown]
    public void Remove()
    {
        if (_directory.Length > 0) Directory.Delete(_directory, recursive: true);
    }

    [Test]
    public async Task All_results_are_added_up()
    {
        (int code, string output) = await RunAsync(("One.Tests", "Completed", Passed + "\n" + Passed + Skipped), ("Two.Tests", "Completed", Passed));
        Assert.That((code, LastLine(output)), Is.EqualTo((0, "3 passed, 0 failed, 1 skipped")), output);
    }

    [Test]
    public async Task A_failed_test_fails_the_run_and_is_counted()
    {
        (int code, string output) = await RunAsync(("One.Tests", "Completed", Passed), ("Two.Tests", "Failed", Passed + Failed));
        Assert.That((code, LastLine(output)), Is.EqualTo((1, "2 passed, 1 failed, 0 skipped")), output);
    }

    [Test]
    public async Task A_test_project_without_results_fails_the_run()
    {
        (int code, string output) = await RunAsync(("One.Tests", "Completed", Passed));
        Assert.That((code, LastLine(output)), Is.EqualTo((1, "1 passed, 0 failed, 0 skipped")), output);
        Assert.That(output, Does.Contain("Two.Tests left no results"));
    }

    [Test]
    public async Task A_test_process_that_died_fails_the_run()
    {
        (int code, string output) = await RunAsync(("One.Tests", "Completed", Passed), ("Two.Tests", "Aborted", Passed));
        Assert.That(code, Is.EqualTo(1), output);
        Assert.That(output, Does.Contain("Two.Tests did not complete cleanly"));
    }

    [Test]
    public async Task A_test_project_that_ran_nothing_fails_the_run()
    {
        (int code, string output) = await RunAsync(("One.Tests", "Completed", Passed), ("Two.Tests", "Completed", ""));
        Assert.That(code, Is.EqualTo(1), output);
        Assert.That(output, Does.Contain("Two.Tests ran no test"));
    }

    [TestCase("build")]
    [TestCase("run")]
    [TestCase("test")]
    public async Task A_step_that_fails_fails_the_run(string command)
    {
        (int code, string output) = await RunAsync(command, ("One.Tests", "Completed", Passed), ("Two.Tests", "Completed", Passed));
        Assert.That((code, LastLine(output)), Is.EqualTo((1, "2 passed, 0 failed, 0 skipped")), output);
    }

    private Task<(int Code, string Output)> RunAsync(params (string Project, string Outcome, string Results)[] files) => RunAsync("nothing", files);

    private async Task<(int Code, string Output)> RunAsync(string failing, params (string Project, string Outcome, string Results)[] files)
    {
        string bin = Path.Combine(_directory, "bin"), prepared = Path.Combine(_directory, "prepared");
        Directory.CreateDirectory(bin);
        Directory.CreateDirectory(prepared);
        foreach ((string project, string outcome, string results) in files)
        {
            await File.WriteAllTextAsync(Path.Combine(prepared, project + ".trx"), $"""
                <TestRun><Results>{results}</Results>
                <TestMethod codeBase="/x/{project}.dll" />
                <ResultSummary outcome="{outcome}"><Counters /></ResultSummary></TestRun>
                """);
        }
        string dotnet = Path.Combine(bin, "dotnet");
        await File.WriteAllTextAsync(dotnet, $"""
            #!/bin/bash
            [ "$1" = --version ] && echo 10.0.100
            [ "$1" = test ] && cp "{prepared}"/*.trx "{_directory}/results/"
            [ "$1" != "{failing}" ]
            """ + "\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(dotnet, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var start = new ProcessStartInfo("/bin/bash") { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        start.ArgumentList.Add(Path.Combine(_directory, ".ci", "run"));
        start.Environment["PATH"] = $"{bin}:{Environment.GetEnvironmentVariable("PATH")}";
        start.Environment["CI_RESULTS"] = Path.Combine(_directory, "results");
        using var process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        Task<string> errors = process.StandardError.ReadToEndAsync(limit.Token);
        string output = await process.StandardOutput.ReadToEndAsync(limit.Token);
        await process.WaitForExitAsync(limit.Token);
        return (process.ExitCode, output + await errors);
    }

    private static string LastLine(string output) => output.TrimEnd().Split('\n')[^1];
}

using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using VWorkspace.Operator.CommandLine;
using VWorkspace.Operator.Settings;

namespace VWorkspace.Operator.Tests.CommandLine;

public sealed partial class ManagerCommandTests
{
    private static readonly Dictionary<string, string> NoEnvironment = [];

    [Test]
    public void No_arguments_give_the_defaults()
    {
        Invocation.Run run = Run([]);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(run.Options.Metrics.BindAddress.ToString(), Is.EqualTo(":8080"));
            Assert.That(run.Options.HealthProbeBindAddress.ToString(), Is.EqualTo(":8081"));
            Assert.That(run.Options.LeaderElection, Is.EqualTo(new LeaderElectionSettings()));
            Assert.That(run.Options.OperatorNamespace, Is.EqualTo("vworkspace-system"));
            Assert.That(run.Warnings, Is.Empty);
        }
    }

    [TestCase("--reconcile-timeout=90s")]
    [TestCase("-reconcile-timeout=90s")]
    [TestCase("--reconcile-timeout 1m30s")]
    [TestCase("-reconcile-timeout 1m30s")]
    [TestCase("--reconcile-timeout=5s --reconcile-timeout=90s")]
    public void A_flag_may_be_written_in_every_form_of_Go(string arguments) =>
        Assert.That(Run(arguments.Split(' ')).Options.Runtime.ReconcileTimeout, Is.EqualTo(TimeSpan.FromSeconds(90)));

    [TestCase("--leader-elect", true)]
    [TestCase("-leader-elect", true)]
    [TestCase("--leader-elect=true", true)]
    [TestCase("--leader-elect=false", false)]
    [TestCase("--leader-elect=F", false)]
    [TestCase("--leader-elect --zap-devel", true)]
    [TestCase("--leader-elect=false --leader-election-id=x", false)]
    public void A_boolean_may_stand_bare(string arguments, bool expected) =>
        Assert.That(Run(arguments.Split(' ')).Options.LeaderElection.Enabled, Is.EqualTo(expected));

    [TestCase("--bad-flag", "unknown flag --bad-flag")]
    [TestCase("--leader-electt=true", "unknown flag --leader-electt; did you mean --leader-elect?")]
    [TestCase("--registration-token=vwksp-reg-0123abcd", "unknown flag --registration-token")]
    [TestCase("--reconcile-timeout=soon", "flag --reconcile-timeout: 'soon' is no duration")]
    [TestCase("--reconcile-timeout", "flag --reconcile-timeout needs a value")]
    [TestCase("--metrics-bind-address=8080", "flag --metrics-bind-address: '8080' is no address to listen on")]
    [TestCase("--leader-elect=maybe", "flag --leader-elect: 'maybe' is neither true nor false")]
    [TestCase("--max-concurrent-reconciles=0", "flag --max-concurrent-reconciles: '0' is no number of workers")]
    [TestCase("--zap-log-level=loud", "flag --zap-log-level: 'loud' is no log level")]
    [TestCase("--namespace-gate=maybe", "flag --namespace-gate: 'maybe' is not one of off, warn, enforce")]
    [TestCase("--leader-elect-renew-deadline=20s", "--leader-elect-lease-duration (15s) must be greater than --leader-elect-renew-deadline (20s)")]
    [TestCase("--approval-claim-secret=geheim --approval-claim-secret-file=x", "exclude each other")]
    [TestCase("--webhook-port=70000", "--webhook-port must be between 0 and 65535, where 0 lets the system choose")]
    [TestCase("--controller-namespaces=velero", "'velero' is not of the form name=value")]
    [TestCase("server", "unknown argument at position 1")]
    [TestCase("--leader-elect server", "'server' is neither true nor false")]
    [TestCase("version -o yaml", "flag --output")]
    public void Wrong_usage_is_refused_and_the_flag_is_named(string arguments, string expected)
    {
        Invocation invocation = Parse(arguments.Split(' '), NoEnvironment);
        Assert.That(invocation, Is.TypeOf<Invocation.Refused>());
        string complaints = string.Join('\n', ((Invocation.Refused)invocation).Complaints);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(complaints, Does.Contain(expected));
            Assert.That(complaints, Does.Not.Contain("0123abcd").And.Not.Contain("geheim"), "a secret is never shown, not even under a misspelt name");
        }
    }

    [Test]
    public void Every_mistake_is_told_at_once()
    {
        var refused = (Invocation.Refused)Parse(["--reconcile-timeout=x", "--startup-timeout=y"], NoEnvironment);
        Assert.That(refused.Complaints, Has.Count.EqualTo(2));
    }

    [Test]
    public void An_empty_value_is_a_value() =>
        Assert.That(Run(["--approval-required-templates="]).Options.Operations.ApprovalRequiredTemplates, Is.Empty);

    [Test]
    public void Flags_win_over_the_environment_and_that_over_the_default()
    {
        var environment = new Dictionary<string, string> { ["VELERO_NAMESPACE"] = "from-environment" };
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Run([]).Options.Operations.VeleroNamespace, Is.EqualTo("velero"));
            Assert.That(Run([], environment).Options.Operations.VeleroNamespace, Is.EqualTo("from-environment"));
            Assert.That(Run(["--velero-namespace=from-flag"], environment).Options.Operations.VeleroNamespace, Is.EqualTo("from-flag"));
        }
    }

    [Test]
    public void A_bad_value_in_the_environment_names_the_variable_and_not_the_value()
    {
        var refused = (Invocation.Refused)Parse(["--approval-claim-secret-file=x"], new() { ["VWORKSPACE_APPROVAL_CLAIM_SECRET"] = "geheim" });
        Assert.That(refused.Complaints, Has.All.Not.Contains("geheim"));
    }

    [Test]
    public void Identity_comes_from_the_downward_API()
    {
        OperatorOptions options = Run([], new() { ["POD_NAMESPACE"] = "elsewhere", ["POD_NAME"] = "manager-0", ["VWORKSPACE_OPERATOR_CHANNEL"] = "edge" }).Options;
        Assert.That((options.OperatorNamespace, options.PodName, options.Channel), Is.EqualTo(("elsewhere", "manager-0", "edge")));
    }

    [Test]
    public void Flags_without_effect_are_read_checked_and_named()
    {
        Invocation.Run run = Run(["--event-buffer-size=7", "--agent-enabled=true", "--velero-namespace=velero", "--seaweed-watches-enabled"]);
        Assert.That(run.Warnings, Is.EquivalentTo(new[]
        {
            new FlagWarning("--event-buffer-size", IsObsolete: false),
            new FlagWarning("--agent-enabled", IsObsolete: true),
            new FlagWarning("--seaweed-watches-enabled", IsObsolete: true),
        }), "a flag that is given with its default asks for nothing");
    }

    [Test]
    public void Repeatable_flags_add_up() =>
        Assert.That(Run(["--extra-ca-bundle=a.pem", "--extra-ca-bundle", "b.pem"]).Options.Runtime.ExtraCaBundles, Is.EqualTo(new[] { "a.pem", "b.pem" }));

    [Test]
    public void Development_logging_is_a_default_that_single_flags_override()
    {
        LogSettings devel = Run(["--zap-log-level=warn", "--zap-devel"]).Options.Log;
        Assert.That((devel.Encoder, devel.Level, devel.StackTraceLevel), Is.EqualTo((LogEncoder.Console, LogLevel.Warning, LogLevel.Warning)));
    }

    [TestCase("debug", LogLevel.Debug)]
    [TestCase("info", LogLevel.Information)]
    [TestCase("warn", LogLevel.Warning)]
    [TestCase("error", LogLevel.Error)]
    [TestCase("panic", LogLevel.Critical)]
    [TestCase("1", LogLevel.Debug)]
    [TestCase("5", LogLevel.Trace)]
    public void Log_levels_are_those_of_zap(string text, LogLevel expected) => Assert.That(Run(["--zap-log-level=" + text]).Options.Log.Level, Is.EqualTo(expected));

    [TestCase("--version", false)]
    [TestCase("-version", false)]
    [TestCase("version", false)]
    [TestCase("version -o json", true)]
    [TestCase("version --output=json", true)]
    public void Version_is_asked_for(string arguments, bool json) =>
        Assert.That(Parse(arguments.Split(' '), NoEnvironment), Is.EqualTo(new Invocation.ShowVersion(json)));

    [TestCase("--help")]
    [TestCase("-h")]
    [TestCase("-help")]
    [TestCase("version --help")]
    public void Help_is_asked_for(string arguments) => Assert.That(Parse(arguments.Split(' '), NoEnvironment), Is.TypeOf<Invocation.ShowHelp>());

    [Test]
    public void Help_names_every_flag()
    {
        string help = HelpText.Plain();
        foreach (Flag flag in FlagTable.Flags) Assert.That(help, Does.Contain($"--{flag.Name} "));
    }

    [TestCaseSource(typeof(FlagTable), nameof(FlagTable.Flags))]
    public void The_documented_default_is_the_default(object flag)
    {
        var (name, kind, text) = (((Flag)flag).Name, ((Flag)flag).Kind, ((Flag)flag).Default);
        var defaults = new OperatorOptions();
        Assert.That(text.Length > 0 || kind is FlagKind.Text or FlagKind.Path or FlagKind.List, Is.True, $"--{name} needs a documented default");
        Assert.That(Canonical(((Flag)flag).Apply(defaults, text)), Is.EqualTo(Canonical(defaults)));
    }

    [Test]
    public void Flags_are_those_of_the_handbook()
    {
        string[] names = [.. FlagTable.Flags.Select(flag => flag.Name)];
        Assert.That(names, Is.Unique);
        Assert.That(names, Has.All.Match("^[a-z][a-z0-9-]*$"));
    }

    // The text of a record shows lists by their type only.
    private static string Canonical(OperatorOptions options) => string.Join('\n',
        ListTypes().Replace(options.ToString(), "= list"),
        string.Join(',', options.Operations.ApprovalRequiredTemplates), string.Join(',', options.Operations.ExtendedTemplates),
        string.Join(',', options.Applications.AllowedChartUrls), string.Join(',', options.Runtime.ExtraCaBundles),
        string.Join(',', options.Agent.ExtraKinds), string.Join(',', options.Agent.RequiredControllers), string.Join(',', options.Agent.ControllerNamespaces));

    [GeneratedRegex("= (System\\.|<>z__)[^,}]*", RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex ListTypes();

    private static Invocation Parse(string[] arguments, Dictionary<string, string> environment) =>
        ManagerCommand.Parse(arguments, name => environment.GetValueOrDefault(name));

    private static Invocation.Run Run(string[] arguments, Dictionary<string, string>? environment = null)
    {
        Invocation invocation = Parse(arguments, environment ?? NoEnvironment);
        if (invocation is Invocation.Refused refused) Assert.Fail(string.Join('\n', refused.Complaints));
        return (Invocation.Run)invocation;
    }
}

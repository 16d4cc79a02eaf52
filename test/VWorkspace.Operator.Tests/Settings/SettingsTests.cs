using VWorkspace.Operator.Settings;

namespace VWorkspace.Operator.Tests.Settings;

public sealed class SettingsTests
{
    [TestCase("4", 4, 4, 1)]
    [TestCase("8", 8, 8, 1)]
    [TestCase("applicationinstance=8", 8, 4, 1)]
    [TestCase("applicationinstance=8,operation=2", 8, 2, 1)]
    [TestCase("cluster=2, operation=6", 4, 6, 2)]
    public void Workers_are_one_number_or_a_list(string text, int applications, int operations, int clusters)
    {
        var limits = ConcurrencyLimits.Parse(text);
        Assert.That((limits.ApplicationInstance, limits.Operation, limits.Cluster), Is.EqualTo((applications, operations, clusters)));
    }

    [TestCase("")]
    [TestCase("0")]
    [TestCase("-1")]
    [TestCase("1001")]
    [TestCase("pods=3")]
    [TestCase("operation=")]
    [TestCase("operation=3,")]
    public void Other_texts_are_refused(string text) => Assert.That(() => ConcurrencyLimits.Parse(text), Throws.TypeOf<FormatException>().With.Message.Contains("applicationinstance=8"));

    [Test]
    public void A_secret_has_no_text()
    {
        var options = new OperatorOptions { Operations = new() { ApprovalClaimSecret = new Secret("geheim") } };
        using (Assert.EnterMultipleScope())
        {
            Assert.That(options.ToString(), Does.Not.Contain("geheim"));
            Assert.That($"{options.Operations.ApprovalClaimSecret}", Is.EqualTo("[REDACTED]"));
            Assert.That(options.Operations.ApprovalClaimSecret.Reveal(), Is.EqualTo("geheim"));
        }
    }

    [Test]
    public void The_defaults_are_valid() => Assert.That(OptionsValidation.Validate(new OperatorOptions()), Is.Empty);
}

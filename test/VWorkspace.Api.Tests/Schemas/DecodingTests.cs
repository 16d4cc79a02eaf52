using System.Text.Json;

namespace VWorkspace.Api.Tests.Schemas;

public sealed class DecodingTests
{
    [Test]
    public void Empty_documents_decode_to_objects_without_nulls()
    {
        ApplicationInstance app = JsonSerializer.Deserialize("{}", ApiJson.Default.ApplicationInstance)!;
        Operation operation = JsonSerializer.Deserialize("""{"spec":{"targetRef":{}}}""", ApiJson.Default.Operation)!;
        Cluster cluster = JsonSerializer.Deserialize("""{"spec":{"connectivityMode":null},"status":{}}""", ApiJson.Default.Cluster)!;
        Assert.Multiple(() =>
        {
            Assert.That(app.Metadata.Labels, Is.Empty);
            Assert.That(app.Spec.Mode, Is.Empty);
            Assert.That(app.Spec.ReadinessChecks, Is.Empty);
            Assert.That(app.Status.Conditions, Is.Empty);
            Assert.That(operation.Spec.TargetRef!.Name, Is.Empty);
            Assert.That(operation.Status.Phase, Is.Empty);
            Assert.That(cluster.Spec.ConnectivityMode, Is.Empty);
            Assert.That(cluster.Status.Conditions, Is.Empty);
        });
    }

    [Test]
    public void Numbers_of_inline_values_keep_their_text()
    {
        ApplicationInstance app = JsonSerializer.Deserialize("""{"spec":{"values":{"source":"inline","inline":{"a":1.50,"b":12345678901234567890}}}}""", ApiJson.Default.ApplicationInstance)!;
        Assert.That(app.Spec.Values!.Inline!.ToElement().GetRawText(), Is.EqualTo("""{"a":1.50,"b":12345678901234567890}"""));
    }

    [Test]
    public void Times_are_written_in_utc_and_whole_seconds()
    {
        var status = new ApplicationInstanceStatus { LastReconcileTime = new DateTimeOffset(2026, 5, 6, 9, 8, 7, 654, TimeSpan.FromHours(2)) };
        Assert.That(JsonSerializer.SerializeToNode(status, ApiJson.Default.ApplicationInstanceStatus)!["lastReconcileTime"]!.ToString(), Is.EqualTo("2026-05-06T07:08:07Z"));
    }

    [Test]
    public void Token_of_a_cluster_does_not_appear_in_its_text()
    {
        var spec = new ClusterSpec { RegistrationToken = "vwksp-reg-0011223344" };
        Assert.That(spec.ToString(), Does.Not.Contain("0011223344"));
    }

    [Test]
    public void Label_values_of_long_names_are_cut_and_hashed()
    {
        string name = new('a', 70);
        string value = Labels.ValueOf(name);
        Assert.Multiple(() =>
        {
            Assert.That(Labels.ValueOf("short"), Is.EqualTo("short"));
            Assert.That(value, Has.Length.EqualTo(63));
            Assert.That(value, Does.Match("^a{54}-[0-9a-f]{8}$"));
            Assert.That(Labels.ValueOf(name + "a"), Is.Not.EqualTo(value));
        });
    }
}

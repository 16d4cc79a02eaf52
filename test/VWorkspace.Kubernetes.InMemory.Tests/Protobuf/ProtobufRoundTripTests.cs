using System.Globalization;
using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Http.Protobuf;

namespace VWorkspace.Kubernetes.InMemory.Tests.Protobuf;

/// <summary>Every field of every kind, set to a value of its own, comes out of its encoding as it went in.</summary>
[TestFixture]
public sealed class ProtobufRoundTripTests
{
    [TestCaseSource(typeof(ProtobufTableTests), nameof(ProtobufTableTests.Kinds))]
    public void Object_with_every_field_set_is_read_as_it_was_written(string apiVersion, string kind)
    {
        var counter = 0L;
        var obj = Fill(ProtobufFields.FindKind(apiVersion, kind)!, ref counter);
        obj["apiVersion"] = apiVersion;
        obj["kind"] = kind;

        var read = ProtobufBody.Read(ProtobufEncoder.Object(obj));

        Assert.That(counter, Is.GreaterThan(5));
        Assert.That(JsonNode.DeepEquals(read, obj), Is.True, () => $"{read?.ToJsonString()}\nis not\n{obj.ToJsonString()}");
    }

    [TestCase(-1L)]
    [TestCase(int.MinValue)]
    public void Number_below_zero_keeps_its_sign(long value)
    {
        var obj = new JsonObject { ["value"] = value, ["apiVersion"] = "scheduling.k8s.io/v1", ["kind"] = "PriorityClass" };
        Assert.That((long)ProtobufBody.Read(ProtobufEncoder.Object(obj))!["value"]!, Is.EqualTo(value));
    }

    [Test]
    public void First_second_of_1970_is_a_time()
    {
        var obj = new JsonObject { ["spec"] = new JsonObject { ["renewTime"] = "1970-01-01T00:00:00.000000Z" }, ["apiVersion"] = "coordination.k8s.io/v1", ["kind"] = "Lease" };
        Assert.That((string?)ProtobufBody.Read(ProtobufEncoder.Object(obj))!["spec"]!["renewTime"], Is.EqualTo("1970-01-01T00:00:00.000000Z"));
    }

    [Test]
    public void Raw_value_that_is_protobuf_itself_refuses_the_body()
    {
        var revision = ProtobufEncoder.Bytes(2, ProtobufEncoder.Text(1, "k8s\0"));
        Assert.That(ProtobufBody.Read(ProtobufEncoder.Envelope("apps/v1", "ControllerRevision", revision)), Is.Null);
    }

    private static JsonObject Fill(ProtobufMessage message, ref long counter)
    {
        var obj = new JsonObject();
        foreach (var field in ProtobufTableTests.Flatten(message))
        {
            obj[field.Name] = field.Shape switch
            {
                ProtobufShape.List => new JsonArray(Value(field, ref counter), Value(field, ref counter)),
                ProtobufShape.Map => new JsonObject { ["a"] = Value(field, ref counter), ["b"] = Value(field, ref counter) },
                _ => Value(field, ref counter),
            };
        }

        return obj;
    }

    private static JsonNode Value(ProtobufField field, ref long counter)
    {
        counter++;
        var text = counter.ToString(CultureInfo.InvariantCulture);
        return field.Type switch
        {
            "string" => "text " + text,
            "int" => counter,
            "bool" => true,
            "bytes" => Convert.ToBase64String([(byte)counter, 0xff]),
            "time" => DateTimeOffset.UnixEpoch.AddSeconds(counter).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
            "microtime" => DateTimeOffset.UnixEpoch.AddSeconds(counter).AddTicks(120).ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture),
            "quantity" => text + "Mi",
            "intstr" => counter % 2 == 0 ? counter : (JsonNode)(text + "%"),
            "raw" => new JsonObject { ["f:" + text] = new JsonObject() },
            "strings" => new JsonArray("one " + text, "two"),
            _ => Fill(field.Message!, ref counter),
        };
    }
}

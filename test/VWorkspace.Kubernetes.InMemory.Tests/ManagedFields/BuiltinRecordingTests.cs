using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Builtins.Schemas;
using VWorkspace.Kubernetes.InMemory.ManagedFields;

namespace VWorkspace.Kubernetes.InMemory.Tests.ManagedFields;

/// <summary>Every recorded write of a built-in kind gives the ownership, and every apply and create the defaults, that the real server gave.</summary>
internal sealed class BuiltinRecordingTests
{
    [TestCase("000-setup", 1)]
    [TestCase("apply-builtin", 5)]
    [TestCase("secrets", 4)]
    [TestCase("leases", 3)]
    [TestCase("events", 3)]
    [TestCase("crud-configmap", 6)]
    [TestCase("namespaces", 1)]
    [TestCase("apply-create-own", 1)]
    public void Recorded_writes_give_the_recorded_ownership(string recording, int atLeast)
    {
        var stored = new Dictionary<string, JsonObject>(StringComparer.Ordinal);
        var checkedSteps = 0;
        foreach (var step in Recording.Load(recording))
        {
            if (step.Status >= 400 || step.Response is not { } response || step.Body is not JsonObject body
                || BuiltinSchemas.Find(response["apiVersion"]!.GetValue<string>(), response["kind"]!.GetValue<string>()) is not { } kind)
            {
                continue;
            }

            var key = response["kind"]!.GetValue<string>() + "/" + response["metadata"]!["name"]!.GetValue<string>();
            var live = stored.GetValueOrDefault(key);
            var request = new FieldManagerRequest
            {
                Manager = step.Manager,
                ApiVersion = response["apiVersion"]!.GetValue<string>(),
                Now = Recording.Now,
                Schema = kind.Merge,
                ResetFields = ResetFields.ForMainResource,
            };

            JsonObject result;
            if (step.IsApply)
            {
                var outcome = ManagedFieldsManager.Apply(live, body, step.Force, request);
                Assert.That(outcome, Is.InstanceOf<ApplyOutcome.Merged>(), step.Id);
                result = ((ApplyOutcome.Merged)outcome).Object;
                kind.ApplyDefaults(result);
            }
            else
            {
                result = step.Method == "PATCH" ? (JsonObject)response.DeepClone() : (JsonObject)body.DeepClone();
                kind.ApplyDefaults(result);
                AddWhatDecodingAdds(result);
                ManagedFieldsManager.Update(live, result, request);
            }

            kind.Canonicalize(result);
            Assert.That(Recording.Normalize(result["metadata"]!["managedFields"]), Is.EqualTo(Recording.Normalize(response["metadata"]!["managedFields"])), step.Id);
            if (step.IsApply)
            {
                Assert.That(Canonical.Text(result["spec"]), Is.EqualTo(Canonical.Text(response["spec"])), step.Id);
            }

            stored[key] = (JsonObject)response.DeepClone();
            checkedSteps++;
        }

        Assert.That(checkedSteps, Is.AtLeast(atLeast));
    }

    /// <summary>What upstream's conversions do before ownership is computed.</summary>
    private static void AddWhatDecodingAdds(JsonObject value)
    {
        if (value["kind"]!.GetValue<string>() == "Namespace")
        {
            value["metadata"]!["labels"] = new JsonObject { ["kubernetes.io/metadata.name"] = value["metadata"]!["name"]!.DeepClone() };
        }

        if (value["stringData"] is JsonObject text)
        {
            value.Remove("stringData");
            value["data"] = new JsonObject(text.Select(t => KeyValuePair.Create<string, JsonNode?>(
                t.Key, Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(t.Value!.GetValue<string>())))));
        }
    }
}

using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.ManagedFields;

namespace VWorkspace.Kubernetes.InMemory.Tests.ManagedFields;

/// <summary>Every recorded write of a custom resource gives the ownership, and every apply the object, that the real server gave.</summary>
internal sealed class CustomResourceRecordingTests
{
    private static readonly MergeSchema Widget = MergeSchema.ForCustomResource(
        Recording.Load("000-setup").Single(s => s.Id == "crd").Body!["spec"]!["versions"]![0]!["schema"]!["openAPIV3Schema"]!.AsObject());

    [TestCase("apply-create-own")]
    [TestCase("apply-status-conditions")]
    [TestCase("cr-status-generation")]
    [TestCase("patches")]
    public void Recorded_writes_give_the_recorded_ownership(string recording)
    {
        var stored = new Dictionary<string, JsonObject>(StringComparer.Ordinal);
        var checkedSteps = 0;
        foreach (var step in Recording.Load(recording))
        {
            if (!step.Path.Contains("/widgets", StringComparison.Ordinal))
            {
                continue;
            }

            var name = step.Response?["metadata"]?["name"]?.GetValue<string>() ?? step.Path.Split('/')[7];
            var live = stored.GetValueOrDefault(name);
            var request = new FieldManagerRequest
            {
                Manager = step.Manager,
                ApiVersion = "demo.example.com/v1alpha1",
                Now = Recording.Now,
                Schema = Widget,
                Subresource = step.Subresource,
                ResetFields = step.Subresource.Length > 0 ? ResetFields.ForCustomStatus : ResetFields.ForMainResource,
            };
            if (step is { IsApply: true, Body: JsonObject patch } && (step.Status < 400 || step.Status == 409 || step.Id is "missing_key" or "managed_fields_in_apply"))
            {
                CheckApply(step, live, patch, request);
                checkedSteps++;
            }
            else if (step.Status < 400 && step.Response is { } result && !step.IsApply)
            {
                CheckUpdate(step, live, result, request);
                checkedSteps++;
            }

            if (step.Status < 400 && !step.DryRun && step.Response is { } response)
            {
                stored[name] = (JsonObject)response.DeepClone();
            }
        }

        Assert.That(checkedSteps, Is.GreaterThan(3));
    }

    private static void CheckApply(Recording.Step step, JsonObject? live, JsonObject patch, FieldManagerRequest request)
    {
        var outcome = ManagedFieldsManager.Apply(live, patch, step.Force, request);
        switch (outcome)
        {
            case ApplyOutcome.Merged merged:
                Assert.That(step.Status, Is.LessThan(400), step.Id);
                Assert.That(Recording.Normalize(merged.Object["metadata"]!["managedFields"]), Is.EqualTo(Recording.Normalize(step.Response!["metadata"]!["managedFields"])), step.Id);
                var section = request.Subresource.Length > 0 ? "status" : "spec";
                var expected = (JsonObject?)step.Response[section]?.DeepClone();
                var actual = (JsonObject?)merged.Object[section]?.DeepClone();

                // The default is filled in after the merge.
                expected?.Remove("color");
                actual?.Remove("color");
                Assert.That(Canonical.Text(actual), Is.EqualTo(Canonical.Text(expected)), step.Id);
                break;
            case ApplyOutcome.Conflict conflict:
                Assert.That(step.Status, Is.EqualTo(409), step.Id);
                Assert.That(conflict.Message, Is.EqualTo(step.Response!["message"]!.GetValue<string>()), step.Id);
                var causes = step.Response["details"]!["causes"]!.AsArray().Select(c => (c!["message"]!.GetValue<string>(), c["field"]!.GetValue<string>()));
                Assert.That(conflict.Causes.Select(c => (c.Message, c.Path)), Is.EquivalentTo(causes), step.Id);
                break;
            case ApplyOutcome.Rejected rejected:
                Assert.That(rejected.StatusCode, Is.EqualTo(step.Status), step.Id);
                Assert.That(rejected.Message, Is.EqualTo(step.Response!["message"]!.GetValue<string>()), step.Id);
                break;
        }
    }

    private static void CheckUpdate(Recording.Step step, JsonObject? live, JsonObject result, FieldManagerRequest request)
    {
        var newObject = (JsonObject)result.DeepClone();
        ((JsonObject)newObject["metadata"]!).Remove("managedFields");
        if (step is { Method: "PUT", Body: JsonObject body })
        {
            // What the endpoint resets is still in the object when ownership is computed.
            newObject["status"] = body["status"]?.DeepClone();
            if (request.Subresource.Length > 0)
            {
                newObject["spec"] = body["spec"]?.DeepClone();
                newObject["metadata"]!["labels"] = body["metadata"]!["labels"]?.DeepClone();
            }
        }

        ManagedFieldsManager.Update(live, newObject, request);
        Assert.That(Recording.Normalize(newObject["metadata"]!["managedFields"]), Is.EqualTo(Recording.Normalize(result["metadata"]!["managedFields"])), step.Id);
    }
}

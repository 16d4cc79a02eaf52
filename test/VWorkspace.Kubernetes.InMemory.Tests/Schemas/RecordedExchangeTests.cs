using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Objects;
using VWorkspace.Kubernetes.InMemory.Schemas;

namespace VWorkspace.Kubernetes.InMemory.Tests.Schemas;

/// <summary>Every recorded creation of a custom resource is judged here as the real server judged it.</summary>
public sealed class RecordedExchangeTests
{
    [Test]
    public void A_recorded_creation_is_accepted_or_refused_with_the_same_causes()
    {
        var schemas = new Dictionary<string, StructuralSchema>(StringComparer.Ordinal);
        var judged = 0;
        foreach (var file in Directory.EnumerateFiles(SharedData.Path("apiserver-recordings"), "*.json").Order(StringComparer.Ordinal))
        {
            foreach (var step in (JsonArray)JsonNode.Parse(File.ReadAllText(file))!["steps"]!)
            {
                var request = step!["request"]!;
                if ((string?)request["method"] != "POST" || request["body"] is not JsonNode raw) continue;
                var body = (raw is JsonObject ? raw : raw.GetValueKind() == System.Text.Json.JsonValueKind.String ? TryParse(raw.GetValue<string>()) : null) as JsonObject;
                if (body is null) continue;
                if ((string?)body["kind"] == "CustomResourceDefinition" && (int)step["response"]!["status"]! == 201)
                {
                    var spec = body["spec"]!;
                    foreach (var version in (JsonArray)spec["versions"]!)
                    {
                        schemas[$"{(string?)spec["group"]}/{(string?)version!["name"]}/{(string?)spec["names"]!["plural"]}"] = StructuralSchema.Parse((JsonObject)version["schema"]!["openAPIV3Schema"]!);
                    }
                }

                var parts = ((string)request["path"]!).Split('/');
                if (parts is not ["", "apis", var group, var versionName, "namespaces", _, var plural] || !schemas.TryGetValue($"{group}/{versionName}/{plural}", out var schema)) continue;
                Judge(schema, (JsonObject)body.DeepClone(), step["response"]!, $"{Path.GetFileName(file)} {(string?)step["id"]}");
                judged++;
            }
        }

        Assert.That(judged, Is.GreaterThan(15));
    }

    private static void Judge(StructuralSchema schema, JsonObject obj, JsonNode response, string step)
    {
        var status = (int)response["status"]!;
        if (status is not (201 or 422)) return;
        obj.Remove("status");
        SchemaPruner.Prune(schema, obj);
        SchemaDefaulter.Default(schema, obj);
        var actual = SchemaValidator.Validate(schema, obj, null).Select(e => $"{e.Reason}|{e.Field}|{e.Body}").Order(StringComparer.Ordinal);
        var causes = response["body"]!["details"]?["causes"] as JsonArray ?? [];
        var expected = causes.Select(c => $"{(string?)c!["reason"]}|{(string?)c["field"]}|{(string?)c["message"]}").Where(c => !c.Contains("|metadata.", StringComparison.Ordinal)).Order(StringComparer.Ordinal);
        Assert.That(actual, Is.EqualTo(expected), step);
        if (status == 201 && response["body"]!["spec"] is { } spec) Assert.That(GoText.Json(obj["spec"]), Is.EqualTo(GoText.Json(spec)), step);
    }

    private static JsonNode? TryParse(string text)
    {
        try
        {
            return JsonNode.Parse(text, documentOptions: new System.Text.Json.JsonDocumentOptions { AllowDuplicateProperties = false });
        }
        catch (System.Text.Json.JsonException)
        {
            return null;
        }
    }
}

using System.Text;
using System.Text.Json.Nodes;
using VWorkspace.Kubernetes.InMemory.Objects;

namespace VWorkspace.Kubernetes.InMemory.Schemas;

/// <summary>One entry of <c>x-kubernetes-validations</c>.</summary>
/// <param name="Rule">The CEL expression.</param>
/// <param name="Message">The message when the rule is not kept; empty for the default message.</param>
/// <param name="MessageExpression">A CEL expression that makes the message; empty for none.</param>
/// <param name="Reason">The reason of the error, null for <c>FieldValueInvalid</c>.</param>
/// <param name="FieldPath">A path below the rule's place that the error is reported at; empty for the place itself.</param>
/// <param name="OptionalOldSelf">Whether <c>oldSelf</c> is an optional and the rule runs on creation too; null when not set.</param>
internal sealed record ValidationRule(string Rule, string Message, string MessageExpression, string? Reason, string FieldPath, bool? OptionalOldSelf)
{
    public static ValidationRule Parse(JsonObject json) => new(
        JsonKinds.AsString(json["rule"]) ?? "",
        JsonKinds.AsString(json["message"]) ?? "",
        JsonKinds.AsString(json["messageExpression"]) ?? "",
        JsonKinds.AsString(json["reason"]),
        JsonKinds.AsString(json["fieldPath"]) ?? "",
        JsonKinds.Of(json["optionalOldSelf"]) == JsonKind.Boolean ? json["optionalOldSelf"]!.GetValue<bool>() : null);

    /// <summary>How the server names the rule in its messages.</summary>
    public string DisplayText => (Message.Length > 0 ? Message : Rule).Trim();

    /// <summary>The rule as the server prints it in a field error: its internal type as JSON.</summary>
    public string Printed()
    {
        var text = new StringBuilder("{\"Rule\":");
        GoText.AppendJsonString(text, Rule);
        text.Append(",\"Message\":");
        GoText.AppendJsonString(text, Message);
        text.Append(",\"MessageExpression\":");
        GoText.AppendJsonString(text, MessageExpression);
        text.Append(",\"Reason\":");
        if (Reason is null) text.Append("null");
        else GoText.AppendJsonString(text, Reason);
        text.Append(",\"FieldPath\":");
        GoText.AppendJsonString(text, FieldPath);
        text.Append(",\"OptionalOldSelf\":").Append(OptionalOldSelf switch { null => "null", true => "true", false => "false" });
        return text.Append('}').ToString();
    }
}

using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster;

/// <summary>
/// Evaluates the rules of a schema on an object, and on what it was before where it is replaced. Rules about a change are evaluated only where a
/// part was there before and can be told from its neighbours. A part that did not change may go on breaking a rule: that is a warning.
/// </summary>
internal sealed class RuleValidation(FieldErrors errors)
{
    public void Check(JsonNode? value, JsonNode? old, SchemaNode node, string path)
    {
        if (value is null || !node.HasRules) return;
        if (node.Rules.Count > 0) CheckHere(value, old, node, path);
        switch (value)
        {
            case JsonObject fields:
                foreach (var (name, child) in fields)
                    if (node.Properties.GetValueOrDefault(name) is { } property) Check(child, old.At(name), property, path.Length == 0 ? name : $"{path}.{name}");
                    else if (node.AdditionalProperties is { } values) Check(child, old.At(name), values, $"{path}[{name}]");
                break;
            case JsonArray items when node.Items is { } element:
                for (var i = 0; i < items.Count; i++) Check(items[i], node.Counterpart(items[i], old), element, $"{path}[{i}]");
                break;
        }
    }

    private void CheckHere(JsonNode value, JsonNode? old, SchemaNode node, string path)
    {
        var self = SchemaTypes.ValueOf(value, node);
        var oldSelf = old is null ? null : SchemaTypes.ValueOf(old, node);
        var isUnchanged = old is not null && JsonNode.DeepEquals(value, old);
        foreach (var rule in node.Rules)
        {
            if (rule.IsTransition && oldSelf is null) continue;
            if (rule.Judge(self, oldSelf) is not { } failed) continue;
            var into = isUnchanged && !rule.IsTransition ? new FieldErrors() : errors;
            Report(failed, rule, value, node, path.Length == 0 ? "<nil>" : path, into);
            if (into == errors) continue;
            foreach (var cause in into.Causes) errors.Warn($"{cause.Field}: {cause.Message}");
        }
    }

    private static void Report((string Message, bool IsFailure) failed, ValidationRule rule, JsonNode value, SchemaNode node, string path, FieldErrors errors)
    {
        if (failed.IsFailure)
        {
            errors.Invalid(path, node.Type, failed.Message);
            return;
        }
        var at = path == "<nil>" ? rule.FieldPath.TrimStart('.') is { Length: > 0 } field ? field : path : path + rule.FieldPath;
        switch (rule.Reason)
        {
            case "FieldValueForbidden": errors.Forbidden(at, failed.Message); break;
            case "FieldValueRequired": errors.Required(at, failed.Message); break;
            case "FieldValueDuplicate": errors.Duplicate(at, JsonReading.AsText(value) ?? value.ToJsonString()); break;
            // The server does not show objects and lists here: they can be large.
            default: errors.Failed(at, value is JsonValue ? value : null, failed.Message); break;
        }
    }
}

using System.Globalization;
using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster;

/// <summary>
/// JSON patch, RFC 6902, with the one leniency the real server's library has: a <c>test</c> for null succeeds where there is nothing.
/// </summary>
internal static class JsonPatch
{
    /// <summary>Applies all operations to the document, or none that counts: after a failure the document is to be thrown away.</summary>
    public static (JsonNode? Result, PatchFailure? Failure) Apply(JsonNode? document, JsonArray operations)
    {
        foreach (var item in operations)
        {
            if (item is not JsonObject operation || operation.Text("op") is not { } op || operation.Text("path") is not { } path)
                return (null, new("an operation needs an op and a path", IsMalformed: true));
            if (!TryParse(path, out var steps)) return (null, new($"the path {FieldErrors.Quote(path)} is not a JSON pointer", IsMalformed: true));
            if (Run(ref document, op, steps, operation) is { } failure) return (null, failure);
        }
        return (document, null);
    }

    private static PatchFailure? Run(ref JsonNode? document, string op, string[] steps, JsonObject operation)
    {
        switch (op)
        {
            case "add" or "replace" when !operation.ContainsKey("value"):
                return new($"{op} operation needs a value", IsMalformed: true);
            case "add":
                return Add(ref document, steps, operation["value"]?.DeepClone());
            case "remove":
                return Remove(ref document, steps, out _);
            case "replace":
                if (!TryRead(document, steps, out _)) return Missing(op, steps);
                return Remove(ref document, steps, out _) ?? Add(ref document, steps, operation["value"]?.DeepClone());
            case "test":
                var found = TryRead(document, steps, out var actual);
                var wanted = operation["value"];
                if (!found && wanted is not null) return Missing(op, steps);
                return JsonNode.DeepEquals(actual, wanted) ? null : new($"testing value {Pointer(steps)} failed", IsMalformed: false);
            case "move" or "copy":
                if (operation.Text("from") is not { } from || !TryParse(from, out var source)) return new($"{op} operation needs a from", IsMalformed: true);
                if (!TryRead(document, source, out var value)) return Missing(op, source);
                if (op == "copy") return Add(ref document, steps, value?.DeepClone());
                if (steps.Length > source.Length && steps.AsSpan(0, source.Length).SequenceEqual(source))
                    return new($"cannot move {Pointer(source)} into itself", IsMalformed: false);
                return Remove(ref document, source, out var moved) ?? Add(ref document, steps, moved);
            default:
                return new($"Unexpected kind: {op}", IsMalformed: true);
        }
    }

    private static PatchFailure? Add(ref JsonNode? document, string[] steps, JsonNode? value)
    {
        if (steps.Length == 0)
        {
            document = value;
            return null;
        }
        if (!TryRead(document, steps[..^1], out var owner)) return Missing("add", steps);
        switch (owner)
        {
            case JsonObject fields:
                fields[steps[^1]] = value;
                return null;
            case JsonArray items when steps[^1] == "-":
                items.Add(value);
                return null;
            case JsonArray items when TryIndex(steps[^1], items.Count + 1, out var index):
                items.Insert(index, value);
                return null;
            default:
                return Missing("add", steps);
        }
    }

    private static PatchFailure? Remove(ref JsonNode? document, string[] steps, out JsonNode? removed)
    {
        removed = document;
        if (steps.Length == 0)
        {
            document = null;
            return null;
        }
        if (!TryRead(document, steps, out removed)) return Missing("remove", steps);
        TryRead(document, steps[..^1], out var owner);
        if (owner is JsonObject fields) fields.Remove(steps[^1]);
        else ((JsonArray)owner!).RemoveAt(int.Parse(steps[^1], CultureInfo.InvariantCulture));
        return null;
    }

    private static bool TryRead(JsonNode? node, string[] steps, out JsonNode? value)
    {
        value = node;
        foreach (var step in steps)
        {
            if (value is JsonObject fields && fields.TryGetPropertyValue(step, out var field)) value = field;
            else if (value is JsonArray items && TryIndex(step, items.Count, out var index)) value = items[index];
            else
            {
                value = null;
                return false;
            }
        }
        return true;
    }

    private static bool TryIndex(string step, int limit, out int index) =>
        int.TryParse(step, NumberStyles.None, CultureInfo.InvariantCulture, out index) && index < limit && (step.Length == 1 || step[0] != '0');

    private static bool TryParse(string pointer, out string[] steps)
    {
        steps = [];
        if (pointer.Length == 0) return true;
        if (pointer[0] != '/') return false;
        steps = [.. pointer[1..].Split('/').Select(step => step.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal))];
        return true;
    }

    private static string Pointer(string[] steps) => "/" + string.Join('/', steps);

    private static PatchFailure Missing(string op, string[] steps) =>
        new($"{op} operation does not apply: doc is missing path: {Pointer(steps)}: missing value", IsMalformed: false);
}

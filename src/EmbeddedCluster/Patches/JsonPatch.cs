using System.Globalization;
using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster;

/// <summary>
/// JSON patch, RFC 6902, with the leniencies of the real server's library: a field that is not there reads as null for <c>test</c> and <c>copy</c>
/// and can be replaced, a value left out is null, and a negative index counts from the end of the list.
/// </summary>
internal static class JsonPatch
{
    /// <summary>Applies all operations to the document, or none that counts: after a failure the document is to be thrown away.</summary>
    public static (JsonNode? Result, PatchFailure? Failure) Apply(JsonNode? document, JsonArray operations)
    {
        foreach (var item in operations)
        {
            if (item is not JsonObject operation) return (null, new("an operation must be an object", IsMalformed: true));
            if (operation.Text("op") is not { } op || operation.Text("path") is not { } path)
                return (null, new("an operation needs an op and a path", IsMalformed: false));
            if (!TryParse(path, out var steps)) return (null, new($"the path {FieldErrors.Quote(path)} is not a JSON pointer", IsMalformed: false));
            if (Run(ref document, op, steps, operation) is { } failure) return (null, failure);
        }
        return (document, null);
    }

    private static PatchFailure? Run(ref JsonNode? document, string op, string[] steps, JsonObject operation)
    {
        switch (op)
        {
            case "add":
                return Add(ref document, steps, operation["value"]?.DeepClone());
            case "remove":
                return Remove(ref document, steps, out _);
            case "replace":
                if (!TryRead(document, steps, out _)) return IsOpen(document, steps) ? Add(ref document, steps, operation["value"]?.DeepClone()) : Missing(op, steps);
                return Put(ref document, steps, operation["value"]?.DeepClone());
            case "test":
                var found = TryRead(document, steps, out var actual);
                var wanted = operation["value"];
                if (!found && (wanted is not null || !IsOpen(document, steps))) return Missing(op, steps);
                return JsonNode.DeepEquals(actual, wanted) ? null : new($"testing value {Pointer(steps)} failed", IsMalformed: false);
            case "move" or "copy":
                if (operation.Text("from") is not { } from || !TryParse(from, out var source)) return new($"{op} operation needs a from", IsMalformed: false);
                if (!TryRead(document, source, out var value) && (op == "move" || !IsOpen(document, source))) return Missing(op, source);
                if (op == "copy") return Add(ref document, steps, value?.DeepClone());
                if (steps.Length > source.Length && steps.AsSpan(0, source.Length).SequenceEqual(source))
                    return new($"cannot move {Pointer(source)} into itself", IsMalformed: false);
                return Remove(ref document, source, out var moved) ?? Add(ref document, steps, moved);
            default:
                return new($"Unexpected kind: {op}", IsMalformed: false);
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
        else if (owner is JsonArray items && TryIndex(steps[^1], items.Count, out var index)) items.RemoveAt(index);
        return null;
    }

    private static PatchFailure? Put(ref JsonNode? document, string[] steps, JsonNode? value)
    {
        if (steps.Length == 0) document = value;
        else if (TryRead(document, steps[..^1], out var owner) && owner is JsonObject fields) fields[steps[^1]] = value;
        else if (owner is JsonArray items && TryIndex(steps[^1], items.Count, out var index)) items[index] = value;
        return null;
    }

    /// <summary>True where a field may be missing without the path being wrong: directly in an object.</summary>
    private static bool IsOpen(JsonNode? document, string[] steps) => steps.Length > 0 && TryRead(document, steps[..^1], out var owner) && owner is JsonObject;

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

    private static bool TryIndex(string step, int limit, out int index)
    {
        if (!int.TryParse(step, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out index)) return false;
        if (index < 0) index += limit;
        return index >= 0 && index < limit;
    }

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

using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster;

/// <summary>JSON merge patch, RFC 7386: null removes, objects merge, everything else replaces.</summary>
internal static class MergePatch
{
    /// <summary>Changes the target in place and returns it; the patch stays as it is.</summary>
    public static JsonObject Apply(JsonObject target, JsonObject patch)
    {
        foreach (var (name, value) in patch)
        {
            if (value is null) target.Remove(name);
            else if (value is JsonObject fields)
            {
                if (target[name] is JsonObject inner) Apply(inner, fields);
                else target[name] = Apply([], fields);
            }
            else target[name] = value.DeepClone();
        }
        return target;
    }

    /// <summary>The patch that turns one object into the other. Values that are null in the target cannot be expressed and are removed.</summary>
    public static JsonObject Difference(JsonObject from, JsonObject to)
    {
        var patch = new JsonObject();
        foreach (var (name, _) in from)
            if (!to.ContainsKey(name) || to[name] is null) patch[name] = null;
        foreach (var (name, value) in to)
        {
            if (value is null) continue;
            if (value is JsonObject after && from[name] is JsonObject before)
            {
                if (Difference(before, after) is { Count: > 0 } inner) patch[name] = inner;
            }
            else if (!JsonNode.DeepEquals(from[name], value)) patch[name] = value.DeepClone();
        }
        return patch;
    }
}

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
}

using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster;

/// <summary>
/// Strategic merge patch for the built-in kinds: merge patch that knows which lists are maps by a key and which are sets, with the directives
/// <c>$patch</c>, <c>$setElementOrder</c>, <c>$deleteFromPrimitiveList</c> and <c>$retainKeys</c>.
/// </summary>
internal static class StrategicMergePatch
{
    private const string PatchDirective = "$patch";
    private const string RetainKeys = "$retainKeys";
    private const string SetOrder = "$setElementOrder/";
    private const string DeleteFrom = "$deleteFromPrimitiveList/";

    /// <summary>Changes the target in place. Takes over the patch. Returns why the patch makes no sense, or null.</summary>
    public static string? Apply(JsonObject target, JsonObject patch, TypeShape? shape)
    {
        switch (patch.Text(PatchDirective))
        {
            case null when !patch.ContainsKey(PatchDirective):
                break;
            case "merge":
                patch.Remove(PatchDirective);
                break;
            case "replace":
                patch.Remove(PatchDirective);
                Clear(target);
                MergePatch.Apply(target, patch);
                return null;
            case "delete":
                Clear(target);
                return null;
            default:
                return $"Unknown patch type found: {patch[PatchDirective]?.ToJsonString()}";
        }
        if (Retain(target, patch) is { } wrong) return wrong;
        var listOrders = DeleteScalars(target, patch);
        foreach (var (name, value) in patch.ToList())
        {
            patch.Remove(name);
            listOrders.Remove(name, out var order);
            if (MergeField(target, name, value, shape, order) is { } error) return error;
        }
        foreach (var (name, order) in listOrders)
            if (shape?.Field(name) is { } field && target[name] is JsonArray items)
                target[name] = ListOrder.Arrange(Detach(items), order, [.. items.Select(item => item?.DeepClone())], field.MergeKey);
        return null;
    }

    private static string? MergeField(JsonObject target, string name, JsonNode? value, TypeShape? shape, JsonArray? order)
    {
        var field = shape?.Field(name);
        switch (value)
        {
            case null:
                target.Remove(name);
                return null;
            case JsonObject fields:
                var type = field?.Type ?? (shape?.Form == ValueForm.Map ? shape.Element : null);
                if (target[name] is JsonObject inner) return Apply(inner, fields, type);
                var created = new JsonObject();
                target[name] = created;
                return Apply(created, fields, type);
            case JsonArray items when field is not null && (field.MergeKey is not null || field.MergesScalars):
                return MergeList(target, name, items, field, order);
            default:
                target[name] = value;
                return null;
        }
    }

    private static string? MergeList(JsonObject target, string name, JsonArray patch, FieldShape field, JsonArray? order)
    {
        var before = target[name] as JsonArray ?? [];
        JsonNode?[] serverOrder = [.. before.Select(item => item?.DeepClone())];
        var merged = Detach(before);
        var items = Detach(patch);
        if (field.MergeKey is not { } key)
        {
            foreach (var item in items)
                if (!merged.Exists(present => JsonNode.DeepEquals(present, item))) merged.Add(item);
        }
        else
        {
            if (items.Exists(item => item.Text(PatchDirective) == "replace"))
            {
                merged.Clear();
                items.RemoveAll(item => item.Text(PatchDirective) == "replace");
            }
            foreach (var item in items.ToList())
                if (item is not JsonObject fields || fields[key] is not { } id)
                    return $"map: {item?.ToJsonString()} does not contain declared merge key: {key}";
                else if (item.Text(PatchDirective) == "delete")
                {
                    merged.RemoveAll(present => JsonNode.DeepEquals(present.At(key), id));
                    items.Remove(item);
                }
                else if (MergeElement(merged, fields.DeepClone().AsObject(), key, field.Type.Element) is { } wrong) return wrong;
        }
        JsonNode?[] patchOrder = order is null ? [.. items.Select(item => item?.DeepClone())] : [.. order];
        target[name] = ListOrder.Arrange(merged, new JsonArray([.. patchOrder.Select(item => item?.DeepClone())]), serverOrder, field.MergeKey);
        return null;
    }

    private static string? MergeElement(List<JsonNode?> merged, JsonObject item, string key, TypeShape? shape)
    {
        var present = merged.Find(other => JsonNode.DeepEquals(other.At(key), item[key])) as JsonObject;
        if (present is not null) return Apply(present, item, shape);
        var created = new JsonObject();
        merged.Add(created);
        return Apply(created, item, shape);
    }

    private static string? Retain(JsonObject target, JsonObject patch)
    {
        if (!patch.ContainsKey(RetainKeys)) return null;
        var kept = patch.Array(RetainKeys).Texts().ToHashSet(StringComparer.Ordinal);
        patch.Remove(RetainKeys);
        foreach (var (name, value) in patch)
            if (value is not null && !name.StartsWith('$') && !kept.Contains(name))
                return $"{RetainKeys} directive must list every field of the patch, but not {name}";
        foreach (var name in target.Select(entry => entry.Key).Where(name => !kept.Contains(name)).ToList()) target.Remove(name);
        return null;
    }

    /// <summary>Carries out the deletions from sets and takes the element orders out of the patch.</summary>
    private static Dictionary<string, JsonArray> DeleteScalars(JsonObject target, JsonObject patch)
    {
        var orders = new Dictionary<string, JsonArray>(StringComparer.Ordinal);
        foreach (var (name, value) in patch.Where(entry => entry.Key.StartsWith('$')).ToList())
        {
            if (name.StartsWith(SetOrder, StringComparison.Ordinal))
            {
                patch.Remove(name);
                if (value is JsonArray order) orders[name[SetOrder.Length..]] = order;
            }
            else if (name.StartsWith(DeleteFrom, StringComparison.Ordinal))
            {
                patch.Remove(name);
                if (value is not JsonArray gone || target[name[DeleteFrom.Length..]] is not JsonArray items) continue;
                for (var i = items.Count - 1; i >= 0; i--)
                    if (gone.Any(item => JsonNode.DeepEquals(item, items[i]))) items.RemoveAt(i);
            }
        }
        return orders;
    }

    private static List<JsonNode?> Detach(JsonArray items)
    {
        var detached = items.ToList();
        items.Clear();
        return detached;
    }

    private static void Clear(JsonObject target)
    {
        foreach (var name in target.Select(entry => entry.Key).ToList()) target.Remove(name);
    }
}

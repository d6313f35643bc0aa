using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster;

/// <summary>What an object becomes by being applied to: merged with the applied fields, without those its applier gave up.</summary>
internal static class ApplyMerge
{
    /// <summary>The live value with everything the applied one says. Both stay as they are.</summary>
    public static JsonNode? Merge(JsonNode? live, JsonNode? applied, MergeShape shape)
    {
        if (live is JsonObject fields && applied is JsonObject wanted && !shape.IsAtomic)
        {
            var merged = fields.DeepClone().AsObject();
            foreach (var (name, value) in wanted)
                merged[name] = fields.ContainsKey(name) ? Merge(fields[name], value, shape.Part(name).Shape) : value?.DeepClone();
            return merged;
        }
        return live is JsonArray items && applied is JsonArray named && ListElements.AreOwned(shape) ? MergeLists(items, named, shape) : applied?.DeepClone();
    }

    /// <summary>
    /// Takes out of a merged value what the applier named before and nobody owns now. <paramref name="owned"/> is what anybody owns, the applier with
    /// what it names now among them.
    /// </summary>
    public static void Prune(JsonNode? value, MergeShape shape, FieldSet? before, FieldSet? owned)
    {
        if (before is null) return;
        switch (value)
        {
            case JsonObject fields when !shape.IsAtomic:
                foreach (var (name, child) in fields.ToList())
                {
                    var (part, isNamed) = shape.Part(name);
                    if (IsGivenUp(before.Child("f:" + name), owned?.Child("f:" + name), isNamed)) fields.Remove(name);
                    else Prune(child, part, before.Child("f:" + name), owned?.Child("f:" + name));
                }
                break;
            case JsonArray items when ListElements.AreOwned(shape):
                foreach (var (step, item) in ListElements.Of(items, shape))
                    if (IsGivenUp(before.Child(step), owned?.Child(step), isNamed: false)) items.Remove(item);
                    else Prune(item, shape.Element, before.Child(step), owned?.Child(step));
                break;
        }
    }

    // A field that the shape names counts as owned with anything beneath it; what only the object names has to be owned itself.
    private static bool IsGivenUp(FieldSet? before, FieldSet? owned, bool isNamed) => Counts(before, isNamed) && !Counts(owned, isNamed);

    private static bool Counts(FieldSet? set, bool isNamed) => set is not null && (set.IsMember || (isNamed && set.HasChildren));

    /// <summary>Elements that are applied stand in the order they are applied in, those that only the live list has where they stood.</summary>
    private static JsonArray MergeLists(JsonArray live, JsonArray applied, MergeShape shape)
    {
        var (before, wanted) = (ListElements.Of(live, shape), ListElements.Of(applied, shape));
        var named = wanted.Select(one => one.Step).ToHashSet(StringComparer.Ordinal);
        var merged = new JsonArray();
        var (left, right) = (0, 0);
        while (left < before.Count || right < wanted.Count)
        {
            if (left < before.Count && !named.Contains(before[left].Step))
            {
                merged.Add(before[left++].Item?.DeepClone());
                continue;
            }
            if (right == wanted.Count)
            {
                left++;
                continue;
            }
            var (step, item) = wanted[right++];
            var at = before.FindIndex(one => one.Step == step);
            merged.Add(at < 0 ? item?.DeepClone() : Merge(before[at].Item, item, shape.Element));
            if (left < before.Count && before[left].Step == step) left++;
        }
        return merged;
    }
}

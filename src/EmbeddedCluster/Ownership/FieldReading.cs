using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster;

/// <summary>The fields of an object, and those in which two versions of one differ.</summary>
internal static class FieldReading
{
    /// <summary>Every field a value has: what an applier of it owns.</summary>
    public static FieldSet Of(JsonNode? value, MergeShape shape)
    {
        var set = new FieldSet();
        switch (value)
        {
            case JsonObject fields when !shape.IsAtomic:
                foreach (var (name, child) in fields)
                {
                    var (part, isNamed) = shape.Part(name);
                    var beneath = Of(child, part);
                    // What only the object names is a member itself, so that it stays when it is empty.
                    if (!isNamed || child is null or JsonObject { Count: 0 }) beneath.IsMember = true;
                    set.Add("f:" + name, beneath);
                }
                break;
            case JsonArray items when ListElements.AreOwned(shape):
                foreach (var (step, item) in ListElements.Of(items, shape))
                {
                    var beneath = shape.IsSet ? new FieldSet() : Of(item, shape.Element);
                    beneath.IsMember = true;
                    set.Add(step, beneath);
                }
                break;
            default:
                set.IsMember = true;
                break;
        }
        return set;
    }

    /// <summary>The fields that are new or have another value, and those that are gone.</summary>
    public static (FieldSet Changed, FieldSet Removed) Compare(JsonObject old, JsonObject content, MergeShape shape)
    {
        var (changed, removed) = (new FieldSet(), new FieldSet());
        foreach (var name in old.Select(field => field.Key).Union(content.Select(field => field.Key)))
        {
            var (before, after) = (old.ContainsKey(name), content.ContainsKey(name));
            Compare("f:" + name, (before, old[name]), (after, content[name]), shape.Part(name).Shape, changed, removed);
        }
        return (changed, removed);
    }

    private static void Compare(string step, (bool Is, JsonNode? Value) old, (bool Is, JsonNode? Value) now, MergeShape shape, FieldSet changed, FieldSet removed)
    {
        var (ownChanged, ownRemoved) = (new FieldSet(), new FieldSet());
        if (!now.Is) ownRemoved.IsMember = true;
        else if (!old.Is) ownChanged.IsMember = true;
        switch (old.Value ?? now.Value)
        {
            case JsonObject when !shape.IsAtomic && IsNothingOr<JsonObject>(old.Value) && IsNothingOr<JsonObject>(now.Value):
                var (inner, lost) = Compare(old.Value as JsonObject ?? [], now.Value as JsonObject ?? [], shape);
                (ownChanged, ownRemoved) = (FieldSet.Union(ownChanged, inner), FieldSet.Union(ownRemoved, lost));
                break;
            case JsonArray when ListElements.AreOwned(shape) && IsNothingOr<JsonArray>(old.Value) && IsNothingOr<JsonArray>(now.Value):
                var before = ListElements.Of(old.Value as JsonArray ?? [], shape);
                var after = ListElements.Of(now.Value as JsonArray ?? [], shape);
                foreach (var element in before.Select(one => one.Step).Union(after.Select(one => one.Step)))
                {
                    var (first, second) = (before.FindIndex(one => one.Step == element), after.FindIndex(one => one.Step == element));
                    Compare(element, (first >= 0, first >= 0 ? before[first].Item : null), (second >= 0, second >= 0 ? after[second].Item : null), shape.Element, ownChanged, ownRemoved);
                }
                break;
            default:
                if (old.Is && now.Is && !JsonNode.DeepEquals(old.Value, now.Value)) ownChanged.IsMember = true;
                break;
        }
        changed.Add(step, ownChanged);
        removed.Add(step, ownRemoved);
    }

    private static bool IsNothingOr<T>(JsonNode? value) => value is null or T;
}

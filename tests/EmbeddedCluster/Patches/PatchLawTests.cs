using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;

namespace Sidecars.EmbeddedCluster.Tests;

/// <summary>Laws that hold for any two documents.</summary>
internal sealed class PatchLawTests
{
    private static Gen<string> Document(int depth)
    {
        var leaf = Gen.OneOf(Gen.Elements("1", "2", "\"x\"", "\"\"", "true", "[1,2]", "[{\"k\":1}]"));
        if (depth == 0) return leaf;
        var field = from name in Gen.Elements("a", "b", "c", "d")
                    from value in Gen.OneOf(leaf, Document(depth - 1))
                    select (Name: name, Value: value);
        return from fields in Gen.ListOf(field)
               select "{" + string.Join(",", fields.DistinctBy(entry => entry.Name).Select(entry => $"\"{entry.Name}\":{entry.Value}")) + "}";
    }

    private static Gen<string> Members => from members in Gen.ListOf(Gen.Elements("a", "b", "c", "d", "e")) select string.Join(",", members.Distinct());

    [Test]
    public void A_merge_patch_made_of_two_documents_turns_one_into_the_other() =>
        Check.QuickThrowOnFailure(Prop.ForAll(Document(3).ToArbitrary(), Document(3).ToArbitrary(), (before, after) =>
        {
            if (Parse(before) is not { } from || Parse(after) is not { } to) return true;
            var patch = Difference(from, to);
            return JsonNode.DeepEquals(MergePatch.Apply(Parse(before)!, patch), to);
        }));

    [Test]
    public void Applying_a_merge_patch_twice_changes_nothing_more() =>
        Check.QuickThrowOnFailure(Prop.ForAll(Document(3).ToArbitrary(), Document(3).ToArbitrary(), (document, patch) =>
        {
            if (Parse(document) is not { } target || Parse(patch) is not { } changes) return true;
            var once = MergePatch.Apply(target, changes).ToJsonString();
            return MergePatch.Apply(JsonNode.Parse(once)!.AsObject(), changes).ToJsonString() == once;
        }));

    [Test]
    public void A_strategic_patch_of_a_set_adds_every_member_once_and_loses_none() =>
        Check.QuickThrowOnFailure(Prop.ForAll(Members.ToArbitrary(), Members.ToArbitrary(), (before, added) =>
        {
            var target = Finalizers(before);
            StrategicMergePatch.Apply(target, Finalizers(added), KindTable.Find("core.Pod"));
            var after = Names(target);
            return after.Count == after.Distinct().Count() && after.ToHashSet().SetEquals(Names(Finalizers(before)).Union(Names(Finalizers(added))));
        }));

    [Test]
    public void Elements_only_the_server_has_keep_their_order_under_a_strategic_patch() =>
        Check.QuickThrowOnFailure(Prop.ForAll(Members.ToArbitrary(), Members.ToArbitrary(), (before, added) =>
        {
            var target = Finalizers(before);
            StrategicMergePatch.Apply(target, Finalizers(added), KindTable.Find("core.Pod"));
            var serverOnly = Names(Finalizers(before)).Except(Names(Finalizers(added))).ToList();
            return Names(target).Where(serverOnly.Contains).SequenceEqual(serverOnly);
        }));

    private static JsonObject? Parse(string text) => JsonNode.Parse(text) as JsonObject;

    private static JsonObject Finalizers(string members) => new()
    {
        ["metadata"] = new JsonObject { ["finalizers"] = new JsonArray([.. members.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(name => (JsonNode)name)]) },
    };

    private static List<string> Names(JsonObject content) => [.. ((JsonNode)content).Array("metadata", "finalizers").Texts()];

    // The patch that turns one object into the other; a null in the target cannot be expressed and counts as absent.
    private static JsonObject Difference(JsonObject from, JsonObject to)
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

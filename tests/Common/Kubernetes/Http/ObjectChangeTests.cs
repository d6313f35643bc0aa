using System.Text.Json.Nodes;
using Sidecars.Kubernetes.Http;

namespace Sidecars.Kubernetes.Tests.Http;

/// <summary>What each named change makes of which object; null is "nothing to change".</summary>
public sealed class ObjectChangeTests
{
    private static readonly object?[][] s_changes =
    [
        [ObjectChange.RemoveFinalizer("a"), """{"finalizers":["x","a","b"]}""", """{"finalizers":["x","b"]}"""],
        [ObjectChange.RemoveFinalizer("a"), """{"finalizers":["a","a"]}""", """{"finalizers":[]}"""],
        [ObjectChange.RemoveFinalizer("a"), """{"finalizers":["b"]}""", null],
        [ObjectChange.RemoveFinalizer("a"), """{"finalizers":null}""", null],
        [ObjectChange.RemoveFinalizer("a"), "{}", null],
        [ObjectChange.AddFinalizer("a"), """{"finalizers":["x"]}""", """{"finalizers":["x","a"]}"""],
        [ObjectChange.AddFinalizer("a"), """{"finalizers":["a","x"]}""", null],
        [ObjectChange.AddFinalizer("a"), """{"finalizers":null}""", """{"finalizers":["a"]}"""],
        [ObjectChange.AddFinalizer("a"), "{}", """{"finalizers":["a"]}"""],
        [ObjectChange.SetAnnotation("k", "v"), """{"annotations":{"o":"1","k":"old"}}""", """{"annotations":{"o":"1","k":"v"}}"""],
        [ObjectChange.SetAnnotation("k", "v"), """{"annotations":{"k":"v"}}""", null],
        [ObjectChange.SetAnnotation("k", "v"), """{"annotations":null}""", """{"annotations":{"k":"v"}}"""],
        [ObjectChange.SetAnnotation("k", "v"), "{}", """{"annotations":{"k":"v"}}"""],
        [ObjectChange.RemoveAnnotation("k"), """{"annotations":{"o":"1","k":"v"}}""", """{"annotations":{"o":"1"}}"""],
        [ObjectChange.RemoveAnnotation("k"), """{"annotations":{"o":"1"}}""", null],
        [ObjectChange.RemoveAnnotation("k"), """{"annotations":null}""", null],
        [ObjectChange.RemoveAnnotation("k"), "{}", null],
    ];

    [TestCaseSource(nameof(s_changes))]
    public void A_change_does_what_it_says_and_says_whether_it_did_anything(ObjectChange change, string before, string? after)
    {
        var item = new JsonObject { ["kind"] = "K", ["metadata"] = JsonNode.Parse(before), ["spec"] = new JsonObject() };
        Assert.That(change.Apply(item), Is.EqualTo(after is not null));
        Assert.That(JsonNode.DeepEquals(item["metadata"], JsonNode.Parse(after ?? before)), item.ToJsonString());
        Assert.That(item.Select(p => p.Key), Is.EqualTo(new[] { "kind", "metadata", "spec" }));
    }

    [Test]
    public void An_object_without_metadata_gets_some()
    {
        var item = new JsonObject();
        Assert.That(ObjectChange.AddFinalizer("a").Apply(item), Is.True);
        Assert.That(item.ToJsonString(), Is.EqualTo("""{"metadata":{"finalizers":["a"]}}"""));
    }
}

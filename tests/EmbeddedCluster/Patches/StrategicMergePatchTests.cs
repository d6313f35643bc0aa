using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster.Tests;

internal sealed class StrategicMergePatchTests
{
    private const string TwoConditions = """{"status":{"conditions":[{"type":"A","status":"True"},{"type":"B","status":"True"}]}}""";

    [TestCase("core.PersistentVolumeClaim", TwoConditions, """{"status":{"conditions":[{"type":"B","status":"False"}]}}""",
        """{"status":{"conditions":[{"type":"A","status":"True"},{"type":"B","status":"False"}]}}""", TestName = "An_element_is_merged_by_its_key")]
    [TestCase("core.PersistentVolumeClaim", TwoConditions,
        """{"status":{"$setElementOrder/conditions":[{"type":"A"},{"type":"B"},{"type":"C"}],"conditions":[{"type":"C","status":"True"}]}}""",
        """{"status":{"conditions":[{"type":"A","status":"True"},{"type":"B","status":"True"},{"type":"C","status":"True"}]}}""",
        TestName = "The_element_order_of_the_patch_is_kept")]
    [TestCase("core.PersistentVolumeClaim", TwoConditions, """{"status":{"conditions":[{"type":"C","status":"True"}]}}""",
        """{"status":{"conditions":[{"type":"C","status":"True"},{"type":"A","status":"True"},{"type":"B","status":"True"}]}}""",
        TestName = "Without_an_order_new_elements_come_first")]
    [TestCase("core.PersistentVolumeClaim", TwoConditions, """{"status":{"conditions":[{"$patch":"delete","type":"A"}]}}""",
        """{"status":{"conditions":[{"type":"B","status":"True"}]}}""", TestName = "An_element_is_deleted_by_its_key")]
    [TestCase("core.PersistentVolumeClaim", TwoConditions, """{"status":{"conditions":[{"$patch":"replace"},{"type":"Z","status":"True"}]}}""",
        """{"status":{"conditions":[{"type":"Z","status":"True"}]}}""", TestName = "A_list_is_replaced_on_request")]
    [TestCase("core.PersistentVolumeClaim", """{"metadata":{"finalizers":["a","b"]}}""", """{"metadata":{"finalizers":["b","c"]}}""",
        """{"metadata":{"finalizers":["a","b","c"]}}""", TestName = "Finalizers_are_a_set")]
    [TestCase("core.PersistentVolumeClaim", """{"metadata":{"finalizers":["a","b"]}}""", """{"metadata":{"$deleteFromPrimitiveList/finalizers":["a"]}}""",
        """{"metadata":{"finalizers":["b"]}}""", TestName = "A_member_leaves_a_set")]
    [TestCase("core.PersistentVolumeClaim", """{"spec":{"accessModes":["ReadWriteOnce"]}}""", """{"spec":{"accessModes":["ReadOnlyMany"]}}""",
        """{"spec":{"accessModes":["ReadOnlyMany"]}}""", TestName = "A_list_without_a_merge_rule_is_replaced")]
    [TestCase("core.Pod", """{"metadata":{"labels":{"a":"1","b":"2"}}}""", """{"metadata":{"labels":{"a":null,"c":"3"}}}""",
        """{"metadata":{"labels":{"b":"2","c":"3"}}}""", TestName = "Null_removes_a_key")]
    [TestCase("core.Pod", """{"spec":{"containers":[{"name":"c","image":"a","env":[{"name":"X","value":"1"}]}]}}""",
        """{"spec":{"containers":[{"name":"c","env":[{"name":"X","value":"2"}]}]}}""",
        """{"spec":{"containers":[{"name":"c","image":"a","env":[{"name":"X","value":"2"}]}]}}""", TestName = "Lists_merge_inside_merged_elements")]
    [TestCase("apps.Deployment", """{"spec":{"strategy":{"type":"RollingUpdate","rollingUpdate":{"maxSurge":1}}}}""",
        """{"spec":{"strategy":{"$retainKeys":["type"],"type":"Recreate"}}}""", """{"spec":{"strategy":{"type":"Recreate"}}}""",
        TestName = "Keys_that_are_not_retained_go")]
    [TestCase("core.Pod", """{"spec":{"nodeSelector":{"a":"1"}}}""", """{"spec":{"nodeSelector":{"$patch":"replace","b":"2"}}}""",
        """{"spec":{"nodeSelector":{"b":"2"}}}""", TestName = "A_map_is_replaced_on_request")]
    public void Applies(string type, string original, string patch, string expected)
    {
        var target = JsonNode.Parse(original)!.AsObject();

        var error = StrategicMergePatch.Apply(target, JsonNode.Parse(patch)!.AsObject(), KindTable.Find(type));

        Assert.That(error, Is.Null);
        Assert.That(target.ToJsonString(), Is.EqualTo(JsonNode.Parse(expected)!.ToJsonString()));
    }

    [Test]
    public void An_element_without_its_merge_key_is_refused()
    {
        var target = JsonNode.Parse(TwoConditions)!.AsObject();

        var error = StrategicMergePatch.Apply(
            target, JsonNode.Parse("""{"status":{"conditions":[{"status":"False"}]}}""")!.AsObject(), KindTable.Find("core.PersistentVolumeClaim"));

        Assert.That(error, Does.Contain("does not contain declared merge key: type"));
    }

    [Test]
    public void An_unknown_directive_is_refused()
    {
        var error = StrategicMergePatch.Apply([], JsonNode.Parse("""{"spec":{"$patch":"explode"}}""")!.AsObject(), KindTable.Find("core.Pod"));

        Assert.That(error, Does.StartWith("Unknown patch type"));
    }
}

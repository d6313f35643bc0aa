using System.Text.Json.Nodes;
using Sidecars.Tests.Support;

namespace Sidecars.Vectors.Tests;

public sealed class WaitConditionTests
{
    private static readonly Dictionary<ObjectKey, JsonObject> World = new()
    {
        [new("PersistentVolume", "", "pv1")] = JsonNode.Parse("""{"metadata":{"annotations":{"a/b":"c"},"finalizers":["f"]},"status":{"phase":"Bound"},"empty":[]}""")!.AsObject(),
        [new("PersistentVolumeClaim", "default", "a")] = JsonNode.Parse("""{"status":{"phase":"Pending"}}""")!.AsObject(),
        [new("Event", "default", "e")] = JsonNode.Parse("""{"reason":"Provisioning"}""")!.AsObject(),
    };

    [TestCase("""{"kind":"PersistentVolume","name":"pv1"}""", true)]
    [TestCase("""{"kind":"PersistentVolume","name":"pv2"}""", false)]
    [TestCase("""{"kind":"PersistentVolume","name":"pv2","absent":true}""", true)]
    [TestCase("""{"kind":"PersistentVolume","absent":true}""", false)]
    [TestCase("""{"kind":"PersistentVolume","count":1}""", true)]
    [TestCase("""{"kind":"PersistentVolume","count":2}""", false)]
    [TestCase("""{"kind":"PersistentVolumeClaim","name":"a"}""", true)]
    [TestCase("""{"kind":"PersistentVolumeClaim","namespace":"other","name":"a"}""", false)]
    [TestCase("""{"kind":"PersistentVolume","name":"pv1","path":"status/phase","equals":"Bound"}""", true)]
    [TestCase("""{"kind":"PersistentVolume","name":"pv1","path":"status/phase","equals":"Released"}""", false)]
    [TestCase("""{"kind":"PersistentVolume","name":"pv1","path":"metadata/annotations/a~b","equals":"c"}""", true)]
    [TestCase("""{"kind":"PersistentVolume","name":"pv1","path":"metadata/finalizers/0","equals":"f"}""", true)]
    [TestCase("""{"kind":"PersistentVolume","name":"pv1","path":"metadata/finalizers/1"}""", false)]
    [TestCase("""{"kind":"PersistentVolume","name":"pv1","path":"status/message","unset":true}""", true)]
    [TestCase("""{"kind":"PersistentVolume","name":"pv1","path":"status/phase","unset":true}""", false)]
    [TestCase("""{"kind":"PersistentVolume","name":"pv1","path":"empty"}""", false)]
    [TestCase("""{"event":"Provisioning"}""", true)]
    [TestCase("""{"event":"ProvisioningFailed"}""", false)]
    [TestCase("""{"calls":"CreateVolume"}""", false)]
    public void A_condition_holds_or_not(string condition, bool holds) => Assert.That(
        new WaitCondition(JsonNode.Parse(condition)!.AsObject()).Holds(World, new CallLog(), new UidNames()), Is.EqualTo(holds));

    [Test]
    public void The_limit_is_half_a_minute_unless_the_scenario_says_otherwise()
    {
        Assert.That(new WaitCondition([]).Limit, Is.EqualTo(TimeSpan.FromSeconds(30)));
        Assert.That(new WaitCondition(new JsonObject { ["timeout"] = 45 }).Limit, Is.EqualTo(TimeSpan.FromSeconds(45)));
    }
}

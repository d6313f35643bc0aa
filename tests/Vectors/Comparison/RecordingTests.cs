using System.Text.Json.Nodes;
using Grpc.Core;
using Sidecars.Tests.Support;

namespace Sidecars.Vectors.Tests;

public sealed class RecordingTests
{
    private static readonly string[] Uids = ["11111111-1111-1111-1111-111111111111", "22222222-2222-2222-2222-222222222222"];

    private readonly UidNames _uids = new();
    private readonly Dictionary<ObjectKey, JsonObject> _objects = [];

    [Test]
    public void Calls_about_identity_are_left_out()
    {
        var recording = Record(new DriverCall("Probe", [], StatusCode.OK), new DriverCall("CreateVolume", new JsonObject { ["name"] = "x" }, StatusCode.Cancelled));
        Assert.That(CanonicalJson.Of(recording["calls"]), Is.EqualTo("""[{"code": "Canceled", "method": "CreateVolume", "request": {"name": "x"}}]"""));
        Assert.That(recording.ContainsKey("unmet") || recording.ContainsKey("exited"), Is.False);
    }

    [Test]
    public void Objects_of_one_name_after_normalising_are_told_apart_by_a_mark()
    {
        Add("CSIStorageCapacity", "csisc-aaaaa", Uids[0], """{"capacity":"2Gi"}""");
        Add("CSIStorageCapacity", "csisc-bbbbb", Uids[1], """{"capacity":"1Gi"}""");
        var objects = Record()["objects"]!.AsObject();
        Assert.That(objects.Select(o => o.Key), Is.EqualTo(new[] { "CSIStorageCapacity/default/csisc-<random>", "CSIStorageCapacity/default/csisc-<random>'" }));
        Assert.That(objects.Select(o => (string)o.Value!["capacity"]!), Is.EqualTo(new[] { "1Gi", "2Gi" }));
    }

    [Test]
    public void Events_are_distinct_and_short()
    {
        foreach (var name in new[] { "e1", "e2" })
            Add("Event", name, Uids[0], """{"involvedObject":{"kind":"PersistentVolumeClaim","name":"a"},"type":"Normal","reason":"R","message":"m","count":1}""");
        Assert.That(CanonicalJson.Of(Record()["events"]), Is.EqualTo("""[{"message": "m", "on": "PersistentVolumeClaim/a", "reason": "R", "type": "Normal"}]"""));
    }

    [Test]
    public void Only_a_program_that_ended_by_itself_is_mentioned()
    {
        var recording = Recording.Of([], _objects, _uids, ["wait not met"], new Dictionary<string, int?> { ["a"] = null, ["b"] = 1 });
        Assert.That(CanonicalJson.Of(recording["exited"]), Is.EqualTo("""{"a": null, "b": 1}"""));
        Assert.That(CanonicalJson.Of(recording["unmet"]), Is.EqualTo("""["wait not met"]"""));
    }

    private JsonObject Record(params DriverCall[] calls) => Recording.Of(calls, _objects, _uids, [], new Dictionary<string, int?> { ["a"] = null });

    private void Add(string kind, string name, string uid, string json)
    {
        var value = JsonNode.Parse(json)!.AsObject();
        value["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = "default", ["uid"] = uid, ["creationTimestamp"] = "2026-07-01T10:11:12Z" };
        _objects[ObjectKey.Of(kind, value)] = value;
    }
}

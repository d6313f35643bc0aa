using System.Text.Json.Nodes;

namespace Sidecars.Vectors.Tests;

public sealed class AgreementTests
{
    private static IEnumerable<string> Scenarios => Vector.Names;

    [TestCaseSource(nameof(Scenarios))]
    public void A_reference_agrees_with_itself(string scenario) =>
        Assert.That(Agreement.Differences(Vector.Load(scenario).Expect, Vector.Load(scenario).Expect), Is.Empty);

    [TestCaseSource(nameof(Scenarios))]
    public void A_changed_value_of_any_object_is_named(string scenario)
    {
        var reference = Vector.Load(scenario).Expect;
        foreach (var (key, value) in reference["objects"]!.AsObject())
        {
            var changed = reference.DeepClone().AsObject();
            changed["objects"]![key]!["metadata"]!["name"] = "another";
            Assert.That(
                Agreement.Differences(reference, changed),
                Is.EqualTo(new[] { $"/{key}/metadata/name: {value!["metadata"]!["name"]!.ToJsonString(Relaxed)} -> \"another\"" }));
        }
    }

    [Test]
    public void A_missing_and_an_additional_object_are_named()
    {
        var reference = Vector.Load("provisioner-basic").Expect;
        var changed = reference.DeepClone().AsObject();
        changed["objects"]!.AsObject().Remove("PersistentVolumeClaim/default/a");
        changed["objects"]!["PersistentVolume/stray"] = new JsonObject();

        var differences = Agreement.Differences(reference, changed);
        Assert.That(differences, Has.Count.EqualTo(2));
        Assert.That(differences[0], Is.EqualTo("/PersistentVolume/stray: only ours = {}"));
        Assert.That(differences[1], Does.StartWith("/PersistentVolumeClaim/default/a: missing, was {"));
    }

    [Test]
    public void A_call_with_another_argument_is_named_on_both_sides()
    {
        var differences = Changed("provisioner-basic", e => e["calls"]![0]!["request"]!["parameters"]!["type"] = "slow");
        Assert.That(differences, Has.Count.EqualTo(2));
        Assert.That(differences[0], Does.StartWith("call missing: ").And.Contain("pd-ssd"));
        Assert.That(differences[1], Does.StartWith("call only ours: ").And.Contain("slow"));
    }

    [Test]
    public void A_successful_change_made_once_more_is_a_difference() => Assert.That(
        Changed("provisioner-basic", e => e["calls"]!.AsArray().Add(e["calls"]![0]!.DeepClone())),
        Is.EqualTo(new[] { "more successful changing calls: 1 -> 2" }));

    [Test]
    public void A_failure_or_a_reading_call_made_once_more_is_none()
    {
        Assert.That(Changed("provisioner-error-then-ok-unavailable", e => e["calls"]!.AsArray().Insert(0, e["calls"]![0]!.DeepClone())), Is.Empty);

        var reference = Vector.Load("provisioner-basic").Expect;
        reference["calls"]!.AsArray().Add(JsonNode.Parse("""{"method":"GetCapacity","request":{},"code":"OK"}"""));
        var changed = reference.DeepClone().AsObject();
        changed["calls"]!.AsArray().Add(reference["calls"]!.AsArray().Last()!.DeepClone());
        Assert.That(Agreement.Differences(reference, changed), Is.Empty);
    }

    [Test]
    public void An_event_of_another_reason_is_named_and_its_text_does_not_matter()
    {
        Assert.That(Changed("provisioner-basic", e => e["events"]![0]!["message"] = "in other words"), Is.Empty);
        Assert.That(Changed("provisioner-basic", e => e["events"]![0]!["reason"] = "Pondering"), Is.EqualTo(new[]
        {
            "event missing: Normal Provisioning on PersistentVolumeClaim/a",
            "event only ours: Normal Pondering on PersistentVolumeClaim/a",
        }));
    }

    [Test]
    public void The_order_of_finalizers_means_nothing_and_their_number_does()
    {
        var reference = Vector.Load("provisioner-basic").Expect;
        var volume = reference["objects"]!.AsObject().First().Value!["metadata"]!.AsObject();
        volume["finalizers"] = new JsonArray("a", "b");
        var changed = reference.DeepClone().AsObject();
        changed["objects"]!.AsObject().First().Value!["metadata"]!["finalizers"] = new JsonArray("b", "a");
        Assert.That(Agreement.Differences(reference, changed), Is.Empty);

        changed["objects"]!.AsObject().First().Value!["metadata"]!["finalizers"] = new JsonArray("b", "a", "c");
        Assert.That(Agreement.Differences(reference, changed), Has.Count.EqualTo(1).And.One.Contains("/metadata/finalizers: "));
    }

    [Test]
    public void A_wait_in_vain_and_an_unexpected_exit_are_named()
    {
        Assert.That(Changed("provisioner-basic", e => e["unmet"] = new JsonArray("wait not met")), Is.EqualTo(new[] { "waited in vain: [\"wait not met\"]" }));
        Assert.That(
            Changed("provisioner-basic", e => e["exited"] = new JsonObject { ["external-provisioner"] = 1 }),
            Is.EqualTo(new[] { "exited: null -> {\"external-provisioner\": 1}" }));
    }

    [Test]
    public void An_attach_error_beside_a_success_means_nothing()
    {
        var reference = new JsonObject
        {
            ["calls"] = new JsonArray(),
            ["events"] = new JsonArray(),
            ["objects"] = JsonNode.Parse("""{"VolumeAttachment/a":{"status":{"attached":true,"attachError":{"message":"slow"}}}}"""),
        };
        var changed = reference.DeepClone().AsObject();
        changed["objects"]!["VolumeAttachment/a"]!["status"]!.AsObject().Remove("attachError");
        Assert.That(Agreement.Differences(reference, changed), Is.Empty);
    }

    private static readonly System.Text.Json.JsonSerializerOptions Relaxed = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static IReadOnlyList<string> Changed(string scenario, Action<JsonObject> change)
    {
        var changed = Vector.Load(scenario).Expect.DeepClone().AsObject();
        change(changed);
        return Agreement.Differences(Vector.Load(scenario).Expect, changed);
    }
}

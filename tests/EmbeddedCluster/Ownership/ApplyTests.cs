using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster.Tests;

/// <summary>Server-side apply: who owns what, what goes when its owner gives it up, and what is refused.</summary>
internal sealed class ApplyTests
{
    private const string Deployment =
        """{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"d","namespace":"default"},"spec":{"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i:1","env":[{"name":"A","value":"1"}]}]}},"replicas":2}}""";

    private Storage _storage = null!;

    [SetUp]
    public void Start() => _storage = TestStorage.Create();

    [TearDown]
    public void Stop() => _storage.Dispose();

    [Test]
    public void The_first_apply_makes_the_object_and_owns_what_it_says_but_no_default()
    {
        var made = Apply("helm", Deployment);

        Assert.That(made.WasCreated, Is.True);
        var content = made.Value.ToJson();
        Assert.That(content.Integer("spec", "revisionHistoryLimit"), Is.EqualTo(10));
        var entry = content["metadata"].Array("managedFields").Objects().Single();
        Assert.That((entry.Text("manager"), entry.Text("operation"), entry.Text("apiVersion"), entry.Text("fieldsType")), Is.EqualTo(("helm", "Apply", "apps/v1", "FieldsV1")));
        Assert.That(entry["fieldsV1"]!.ToJsonString(), Is.EqualTo(
            """{"f:spec":{"f:replicas":{},"f:selector":{},"f:template":{"f:metadata":{"f:labels":{"f:a":{}}},"f:spec":{"f:containers":{"k:{\u0022name\u0022:\u0022c\u0022}":{".":{},"f:env":{"k:{\u0022name\u0022:\u0022A\u0022}":{".":{},"f:name":{},"f:value":{}}},"f:image":{},"f:name":{}}}}}}}"""));
    }

    [Test]
    public void The_same_again_writes_nothing()
    {
        var version = Apply("helm", Deployment).Value.Version;
        Assert.That(Apply("helm", Deployment).Value.Version, Is.EqualTo(version));
    }

    [Test]
    public void What_an_applier_gives_up_goes_and_comes_back_as_the_default()
    {
        Apply("helm", Deployment);

        var spec = Apply("helm", Deployment.Replace(",\"replicas\":2", "", StringComparison.Ordinal).Replace(",\"env\":[{\"name\":\"A\",\"value\":\"1\"}]", "", StringComparison.Ordinal)).Value.ToJson()["spec"];

        Assert.That(spec.Integer("replicas"), Is.EqualTo(1));
        Assert.That(spec.Array("template", "spec", "containers").Objects().Single().ContainsKey("env"), Is.False);
    }

    [Test]
    public void What_another_owns_too_stays_when_one_gives_it_up()
    {
        Apply("helm", Deployment);
        Apply("other", """{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"d"},"spec":{"replicas":2,"template":{"spec":{"containers":[{"name":"c","env":[{"name":"B","value":"2"}]}]}}}}""");

        var spec = Apply("helm", Deployment.Replace(",\"replicas\":2", "", StringComparison.Ordinal).Replace("{\"name\":\"A\",\"value\":\"1\"}", "", StringComparison.Ordinal)).Value.ToJson()["spec"];

        Assert.That(spec.Integer("replicas"), Is.EqualTo(2));
        Assert.That(spec.Array("template", "spec", "containers").Objects().Single().Array("env")!.ToJsonString(), Is.EqualTo("""[{"name":"B","value":"2"}]"""));
    }

    [Test]
    public void Another_value_for_what_is_somebody_elses_is_refused_unless_it_is_forced()
    {
        Apply("helm", Deployment);
        var other = """{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"d"},"spec":{"replicas":5}}""";

        var refused = Apply("scaler", other).Error!;
        Assert.That((refused.Code, refused.Reason, refused.Message), Is.EqualTo((409, "Conflict", "Apply failed with 1 conflict: conflict with \"helm\": .spec.replicas")));
        Assert.That(refused.Details!.Causes, Is.EqualTo(new[] { new StatusCause("FieldManagerConflict", "conflict with \"helm\"", ".spec.replicas") }));

        var forced = Apply("scaler", other, force: true).Value.ToJson();
        Assert.That(forced.Integer("spec", "replicas"), Is.EqualTo(5));
        Assert.That(Apply("helm", Deployment).Error?.Message, Is.EqualTo("Apply failed with 1 conflict: conflict with \"scaler\": .spec.replicas"));
    }

    [Test]
    public void Several_conflicts_are_told_by_owner_with_the_element_of_the_list()
    {
        Apply("helm", Deployment);
        var refused = Apply("other", Deployment.Replace("i:1", "i:2", StringComparison.Ordinal).Replace("\"replicas\":2", "\"replicas\":3", StringComparison.Ordinal)).Error!;
        Assert.That(refused.Message, Is.EqualTo("Apply failed with 2 conflicts: conflicts with \"helm\":\n- .spec.replicas\n- .spec.template.spec.containers[name=\"c\"].image"));
    }

    [Test]
    public void A_patch_takes_over_what_it_changes()
    {
        Apply("helm", Deployment);
        Patch("""{"spec":{"replicas":4}}""", "scaler");

        Assert.That(Apply("helm", Deployment).Error?.Message, Is.EqualTo("Apply failed with 1 conflict: conflict with \"scaler\" using apps/v1: .spec.replicas"));
        Assert.That(Owners(), Is.EqualTo(new[] { "helm Apply", "scaler Update" }));
    }

    [Test]
    public void A_status_has_owners_of_its_own()
    {
        Apply("helm", Deployment);
        _ = _storage.Patch("deployments", "default", "d", PatchKind.Merge, TestStorage.Json("""{"status":{"replicas":2}}"""), "status", new() { FieldManager = "controller" }).Value;

        var entry = _storage.Get("deployments", "default", "d").Value.ToJson()["metadata"].Array("managedFields").Objects().Single(owner => owner.Text("manager") == "controller");
        Assert.That((entry.Text("subresource"), entry["fieldsV1"]!.ToJsonString()), Is.EqualTo(("status", """{"f:status":{"f:replicas":{}}}""")));
    }

    [Test]
    public void Of_an_object_without_notes_everything_was_there_before_the_first_apply()
    {
        _ = _storage.Create("deployments", TestStorage.Json(Deployment)).Value;
        Assert.That(Owners(), Is.Empty);
        Patch("""{"spec":{"replicas":3}}""", "scaler");
        Assert.That(Owners(), Is.Empty);

        Assert.That(Apply("helm", Deployment).Error?.Message, Is.EqualTo("Apply failed with 1 conflict: conflict with \"before-first-apply\" using apps/v1: .spec.replicas"));
        _ = Apply("helm", Deployment, force: true).Value;
        Assert.That(Owners(), Is.EqualTo(new[] { "helm Apply", "before-first-apply Update" }));
    }

    [Test]
    public void A_creator_with_a_name_owns_the_defaults_too()
    {
        _ = _storage.Create("configmaps", TestStorage.Json("""{"metadata":{"name":"c","namespace":"default","labels":{"a":"b"}},"data":{"k":"v"}}"""), new() { FieldManager = "kubectl-create" }).Value;
        Assert.That(Entry("configmaps", "c").ToJsonString(), Is.EqualTo("""{"f:data":{".":{},"f:k":{}},"f:metadata":{"f:labels":{".":{},"f:a":{}}}}"""));
    }

    [Test]
    public void A_port_without_a_protocol_is_the_TCP_port()
    {
        var service = """{"apiVersion":"v1","kind":"Service","metadata":{"name":"s"},"spec":{"ports":[{"name":"a","port":53,"protocol":"UDP"},{"name":"b","port":53}]}}""";
        _ = Apply("one", service, "services", "s").Value;

        var ports = Apply("two", """{"apiVersion":"v1","kind":"Service","metadata":{"name":"s"},"spec":{"ports":[{"port":53,"targetPort":"dns"}]}}""", "services", "s", force: true).Value.ToJson()["spec"].Array("ports").Objects().ToList();

        Assert.That(ports.Select(port => (port.Text("name"), port.Text("protocol"), port.At("targetPort")!.ToString())), Is.EqualTo(new[] { ("a", "UDP", "53"), ("b", "TCP", "dns") }));
    }

    [Test]
    public void The_lists_of_a_custom_resource_are_merged_as_its_schema_says()
    {
        _ = _storage.Create("customresourcedefinitions", TestStorage.Json(
            """
            {"metadata":{"name":"things.example.com"},"spec":{"group":"example.com","scope":"Namespaced","names":{"plural":"things","kind":"Thing"},"versions":[{"name":"v1","served":true,"storage":true,
             "schema":{"openAPIV3Schema":{"type":"object","properties":{"spec":{"type":"object","properties":{
              "byName":{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["name"],"items":{"type":"object","required":["name"],"properties":{"name":{"type":"string"},"size":{"type":"integer"}}}},
              "tags":{"type":"array","x-kubernetes-list-type":"set","items":{"type":"string"}},
              "whole":{"type":"array","items":{"type":"string"}},
              "ref":{"type":"object","x-kubernetes-map-type":"atomic","properties":{"a":{"type":"string"},"b":{"type":"string"}}}}}}}}}]}}
            """)).Value;
        static string Thing(string spec) => $$"""{"apiVersion":"example.com/v1","kind":"Thing","metadata":{"name":"t"},"spec":{{spec}}}""";
        _ = Apply("one", Thing("""{"byName":[{"name":"x","size":1}],"tags":["a","b"],"whole":["p"],"ref":{"a":"1"}}"""), "things", "t").Value;

        var merged = Apply("two", Thing("""{"byName":[{"name":"y","size":2}],"tags":["c"]}"""), "things", "t").Value.ToJson()["spec"]!;
        Assert.That(merged.ToJsonString(), Is.EqualTo("""{"byName":[{"name":"x","size":1},{"name":"y","size":2}],"tags":["a","b","c"],"whole":["p"],"ref":{"a":"1"}}"""));
        Assert.That(Apply("two", Thing("""{"whole":["q"],"ref":{"b":"2"}}"""), "things", "t").Error?.Message, Is.EqualTo("Apply failed with 2 conflicts: conflicts with \"one\":\n- .spec.ref\n- .spec.whole"));
        var rest = Apply("one", Thing("""{"tags":["b"]}"""), "things", "t").Value.ToJson()["spec"]!;
        Assert.That(rest.ToJsonString(), Is.EqualTo("""{"byName":[{"name":"y","size":2}],"tags":["b","c"]}"""));
    }

    [TestCase("""{"metadata":{"managedFields":[{}]}}""", 400, "metadata.managedFields must be nil")]
    [TestCase("""{"kind":null}""", 400, "Object 'Kind' is missing")]
    [TestCase("""{"spec":{"colour":"red"}}""", 500, ".spec.colour: field not declared in schema")]
    [TestCase("""{"spec":{"template":{"spec":{"containers":[{"image":"i"}]}}}}""", 422, "spec.template.spec.containers[0].name: Required value")]
    [TestCase("""{"status":{"conditions":[{"status":"True","type":null}]},"metadata":{"ownerReferences":[{"kind":"Pod"},{"kind":"Pod"}]}}""", 500, "duplicate entries for key [uid=\"\"]")]
    [TestCase("""{"spec":{"template":{"spec":{"containers":[{"name":"c","image":"i"},{"name":"c","image":"j"}]}}}}""", 500, "duplicate entries for key [name=\"c\"]")]
    [TestCase("""{"metadata":{"name":"other"}}""", 400, "does not match the name on the URL")]
    [TestCase("""{"metadata":{"uid":"u"}}""", 409, "uid mismatch: the provided object specified uid u, and no existing object was found")]
    [TestCase("""{"spec":{"replicas":-1}}""", 422, "must be greater than or equal to 0")]
    public void What_cannot_be_applied_is_refused(string change, int code, string words)
    {
        var error = Apply("helm", MergePatch.Apply(TestStorage.Json(Deployment), TestStorage.Json(change)).ToJsonString()).Error;
        Assert.That((error?.Code, error?.Message), Is.EqualTo((code, error?.Message)));
        Assert.That(error!.Message, Does.Contain(words));
    }

    [Test]
    public void A_dry_run_makes_and_changes_nothing()
    {
        Assert.That(Apply("helm", Deployment, dryRun: true).WasCreated, Is.True);
        Assert.That(_storage.Get("deployments", "default", "d").Error?.IsNotFound, Is.True);
        var version = Apply("helm", Deployment).Value.Version;
        Assert.That(Apply("helm", Deployment.Replace("i:1", "i:2", StringComparison.Ordinal), dryRun: true).Value.ToJson().ToJsonString(), Does.Contain("i:2"));
        Assert.That(_storage.Get("deployments", "default", "d").Value.Version, Is.EqualTo(version));
    }

    private StoreResult Apply(string manager, string text, string resource = "deployments", string name = "d", bool force = false, bool dryRun = false) =>
        _storage.Patch(resource, "default", name, PatchKind.Apply, TestStorage.Json(text), options: new() { FieldManager = manager, Force = force, IsDryRun = dryRun });

    private void Patch(string patch, string manager) =>
        _ = _storage.Patch("deployments", "default", "d", PatchKind.Merge, TestStorage.Json(patch), options: new() { FieldManager = manager }).Value;

    private IEnumerable<string> Owners() => _storage.Get("deployments", "default", "d").Value.ToJson()["metadata"].Array("managedFields").Objects()
        .Select(owner => $"{owner.Text("manager")} {owner.Text("operation")}");

    private JsonNode Entry(string resource, string name) => _storage.Get(resource, "default", name).Value.ToJson()["metadata"].Array("managedFields").Objects().Single()["fieldsV1"]!;
}

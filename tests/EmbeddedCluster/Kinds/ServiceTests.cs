using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster.Tests;

/// <summary>What a service is given, and what it keeps and loses when it is changed.</summary>
internal sealed class ServiceTests
{
    private const string Service = """{"metadata":{"name":"a","namespace":"default"},"spec":{"selector":{"a":"b"},"ports":[{"name":"http","port":80}]}}""";

    [Test]
    public void A_service_has_an_address_of_its_own_and_its_port_leads_to_the_same_port()
    {
        using var storage = TestStorage.Create();

        var one = Create(storage, Service)["spec"];
        var other = Create(storage, Service.Replace("\"a\",\"namespace", "\"b\",\"namespace", StringComparison.Ordinal))["spec"];

        Assert.That(one.Text("clusterIP"), Does.StartWith("10.").And.Not.EqualTo(other.Text("clusterIP")));
        Assert.That(one.Array("clusterIPs")!.ToJsonString(), Is.EqualTo($"[\"{one.Text("clusterIP")}\"]"));
        Assert.That(one.Array("ports")!.ToJsonString(), Is.EqualTo("""[{"name":"http","port":80,"targetPort":80,"protocol":"TCP"}]"""));
        Assert.That((one.Text("type"), one.Text("sessionAffinity"), one.Text("internalTrafficPolicy"), one.Text("ipFamilyPolicy")), Is.EqualTo(("ClusterIP", "None", "Cluster", "SingleStack")));
    }

    [Test]
    public void A_client_that_leaves_out_what_was_given_out_keeps_it()
    {
        using var storage = TestStorage.Create();
        var exposed = Service.Replace("\"spec\":{", "\"spec\":{\"type\":\"NodePort\",", StringComparison.Ordinal);
        var before = Create(storage, exposed)["spec"];
        Assert.That(before.Array("ports").Objects().Single().Integer("nodePort"), Is.InRange(30000, 32767));

        var after = storage.Update("services", TestStorage.Json(exposed)).Value.ToJson()["spec"];

        Assert.That(after!.ToJsonString(), Is.EqualTo(before!.ToJsonString()));
    }

    [Test]
    public void Its_creator_owns_the_defaults_and_not_what_it_was_given()
    {
        using var storage = TestStorage.Create();
        var fields = storage.Create("services", TestStorage.Json(Service), new() { FieldManager = "kubectl-create" }).Value.ToJson()["metadata"].Array("managedFields").Objects().Single();
        Assert.That(fields.Object("fieldsV1", "f:spec")!.Select(field => field.Key), Is.EquivalentTo(new[] { "f:internalTrafficPolicy", "f:ports", "f:selector", "f:sessionAffinity", "f:type" }));
    }

    [Test]
    public void A_service_without_an_address_has_none()
    {
        using var storage = TestStorage.Create();
        var spec = Create(storage, Service.Replace("\"spec\":{", "\"spec\":{\"clusterIP\":\"None\",", StringComparison.Ordinal))["spec"];
        Assert.That((spec.Text("clusterIP"), spec.Array("clusterIPs")!.ToJsonString()), Is.EqualTo(("None", "[\"None\"]")));
    }

    [Test]
    public void What_only_the_old_type_has_goes_with_it()
    {
        using var storage = TestStorage.Create();
        Create(storage, Service.Replace("\"spec\":{", "\"spec\":{\"type\":\"NodePort\",", StringComparison.Ordinal));

        var spec = Patch(storage, """{"spec":{"type":"ClusterIP"}}""");
        Assert.That(spec.Array("ports").Objects().Single().ContainsKey("nodePort"), Is.False);
        Assert.That(spec.At("externalTrafficPolicy"), Is.Null);
        Assert.That(Patch(storage, """{"spec":{"type":"ExternalName","externalName":"example.com"}}""").At("clusterIP"), Is.Null);
    }

    private static JsonObject Create(Storage storage, string text) => storage.Create("services", TestStorage.Json(text)).Value.ToJson();

    private static JsonNode? Patch(Storage storage, string patch) =>
        storage.Patch("services", "default", "a", PatchKind.Merge, TestStorage.Json(patch)).Value.ToJson()["spec"];
}

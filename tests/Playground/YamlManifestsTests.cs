using System.Text.Json.Nodes;

namespace Sidecars.Playground.Tests;

internal sealed class YamlManifestsTests
{
    private const string Head = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m}\n";

    [TestCase("5", "5")]
    [TestCase("-17", "-17")]
    [TestCase("0o17", "15")]
    [TestCase("0xff", "255")]
    [TestCase("1.5", "1.5")]
    [TestCase("1e3", "1000")]
    [TestCase("5Gi", "\"5Gi\"")]
    [TestCase("true", "true")]
    [TestCase("FALSE", "false")]
    [TestCase("yes", "\"yes\"")]
    [TestCase("on", "\"on\"")]
    [TestCase("~", "null")]
    [TestCase("", "null")]
    [TestCase("'5'", "\"5\"")]
    [TestCase("\"true\"", "\"true\"")]
    [TestCase("!!str 5", "\"5\"")]
    [TestCase("!!int '5'", "5")]
    [TestCase(".inf", "\".inf\"")]
    [TestCase("1.2.3", "\"1.2.3\"")]
    [TestCase("2019-01-15", "\"2019-01-15\"")]
    [TestCase("0xffffffffffffffffff", "\"0xffffffffffffffffff\"")]
    public void Scalars_follow_the_core_schema(string yaml, string json)
    {
        var read = YamlManifests.Read($"{Head}value: {yaml}\n", "f.yaml").Single();
        Assert.That(read["value"]?.ToJsonString() ?? "null", Is.EqualTo(json));
    }

    [Test]
    public void Several_documents_are_read_in_order_and_empty_ones_skipped()
    {
        var read = YamlManifests.Read("---\n# nothing\n---\n" + Head + "---\n" + Head.Replace("m}", "n}") + "---\n", "f.yaml");
        Assert.That(read.Select(manifest => manifest["metadata"]!["name"]!.ToString()), Is.EqualTo(new[] { "m", "n" }));
    }

    [Test]
    public void A_list_is_taken_apart()
    {
        var read = YamlManifests.Read(
            "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Secret, metadata: {name: a}}\n- {apiVersion: v1, kind: Pod, metadata: {name: b}}\n", "f");
        Assert.That(read.Select(manifest => manifest["kind"]!.ToString()), Is.EqualTo(new[] { "Secret", "Pod" }));
    }

    [Test]
    public void Anchors_and_merge_keys_are_resolved()
    {
        var read = YamlManifests.Read($"{Head}base: &b {{a: 1}}\ncopy:\n  <<: *b\n  c: 2\n", "f").Single();
        Assert.That(JsonNode.DeepEquals(read["copy"], JsonNode.Parse("""{"a":1,"c":2}""")));
    }

    [TestCase("a: [1", "line")]
    [TestCase("just text", "no object")]
    [TestCase("kind: Pod\nmetadata: {name: p}", "apiVersion")]
    [TestCase("apiVersion: v1\nmetadata: {name: p}", "kind")]
    [TestCase("apiVersion: v1\nkind: Pod", "metadata")]
    [TestCase("apiVersion: v1\nkind: Pod\nkind: Pod\nmetadata: {}", "line 3")]
    [TestCase("apiVersion: v1\nkind: Pod\nmetadata: {name: !!int x}", "line 3")]
    public void What_is_wrong_is_named_with_its_file(string yaml, string named) => Assert.That(
        () => YamlManifests.Read(yaml, "bad.yaml"),
        Throws.TypeOf<FormatException>().With.Message.Contains("bad.yaml").And.Message.Contains(named));

    [Test]
    public void The_announcement_has_its_four_objects_with_the_driver_filled_in()
    {
        var manifests = Manifests.Load([], "csi.example.com");
        Assert.Multiple(() =>
        {
            Assert.That(
                manifests.Select(manifest => manifest["kind"]!.ToString()), Is.EqualTo(new[] { "Secret", "StorageClass", "PersistentVolumeClaim", "Pod" }));
            Assert.That(manifests[1]["provisioner"]!.ToString(), Is.EqualTo("csi.example.com"));
            Assert.That(manifests[1]["parameters"]!["type"]!.ToString(), Is.EqualTo("pd-ssd"));
            Assert.That(manifests[2]["spec"]!["resources"]!["requests"]!["storage"]!.ToString(), Is.EqualTo("5Gi"));
            Assert.That(manifests[3]["spec"]!["containers"]![0]!["volumeMounts"]![0]!["mountPath"]!.ToString(), Is.EqualTo("/var/www/html"));
        });
    }

    [Test]
    public void The_sequel_restores_the_snapshot_clones_the_announcement_s_claim_and_asks_for_what_only_one_node_has_room_for()
    {
        var manifests = Manifests.Sequel("csi.example.com", tellsRoom: true);
        Assert.Multiple(() =>
        {
            Assert.That(
                manifests.Select(manifest => manifest["kind"]!.ToString()),
                Is.EqualTo(new[] { "PersistentVolumeClaim", "Pod", "PersistentVolumeClaim", "Pod", "StorageClass", "PersistentVolumeClaim", "Pod" }));
            Assert.That(manifests[0]["spec"]!["dataSource"]!["name"]!.ToString(), Is.EqualTo("my-snapshot"));
            Assert.That(manifests[2]["spec"]!["dataSource"]!["name"]!.ToString(), Is.EqualTo("my-request-for-storage"));
            Assert.That(manifests[2]["spec"]!["storageClassName"]!.ToString(), Is.EqualTo("fast-storage"));
            Assert.That(manifests[4]["provisioner"]!.ToString(), Is.EqualTo("csi.example.com"));
            Assert.That(manifests[4]["volumeBindingMode"]!.ToString(), Is.EqualTo("WaitForFirstConsumer"));
        });
    }
}

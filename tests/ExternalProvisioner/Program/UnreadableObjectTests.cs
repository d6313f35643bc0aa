using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Sidecars.EmbeddedCluster;
using Sidecars.Tests.Support;
using Sidecars.Tests.Support.Controllers;

namespace Sidecars.ExternalProvisioner.Tests.Program;

/// <summary>One object that the published program cannot read as a whole, and that others depend on.</summary>
internal sealed class UnreadableObjectTests
{
    private const string SnapshotFinalizer = "provisioner.storage.kubernetes.io/volumesnapshot-as-source-protection";

    private readonly TestAuthority _authority = new("authority");
    private X509Certificate2 _certificate = null!;
    private ProcessRig _rig = null!;
    private TlsFront _front = null!;
    private World _world = null!;

    [SetUp]
    public async Task Begin()
    {
        _rig = await ProcessRig.PrepareAsync(ProvisionerProgram.Name);
        _world = new World(_rig.Cluster.Storage);
        _certificate = _authority.Server("127.0.0.1");
        _front = new TlsFront(_rig.Cluster.Url.Port, _certificate);
        _rig.Configure(_front.Url, $"certificate-authority-data: {Convert.ToBase64String(Encoding.UTF8.GetBytes(_authority.Pem))}");
    }

    [TearDown]
    public async Task End()
    {
        if (TestContext.CurrentContext.Result.FailCount > 0) await TestContext.Out.WriteLineAsync(string.Join('\n', _rig.Output));
        await _rig.DisposeAsync();
        await _front.DisposeAsync();
        _certificate.Dispose();
        _authority.Dispose();
    }

    [Test]
    public async Task A_volume_whose_attachment_could_never_be_read_is_not_deleted_while_it_is_there()
    {
        _front.Alter("\"node-odd\"", "[\"node-o\"]");
        _world.Attach("odd", "node-odd");
        _world.Add(new TestVolume("odd").Released());
        _world.Add(new TestVolume("other").Released());
        var program = _rig.Start("--retry-interval-start=20ms", "--retry-interval-max=200ms", "-v=2");
        await _world.UntilGone(World.Volumes, "other");
        await program.WaitForErrorLine(l => l.Contains("An object cannot be read", StringComparison.Ordinal) && l.Contains("volumeattachments", StringComparison.Ordinal));
        Assert.That(await _world.UntilEvent("odd", "VolumeFailedDelete"), Does.Contain("is still attached"));
        Assert.That(_rig.Driver.Calls.Of("DeleteVolume"), Has.Count.EqualTo(1));

        _world.Delete(World.Attachments, "of-odd-node-odd");
        await _world.UntilGone(World.Volumes, "odd");
    }

    /// <summary>A claim says that a call was made for it and wants no volume any more; a volume that is in use is what the call had made.</summary>
    [TestCase("\"storageClassName\":\"class-odd\"", "\"storageClassName\":[\"class-o\"]", 0, TestName = "What_an_unreadable_object_names_is_not_deleted")]
    [TestCase("\"storageClassName\":\"class-other\"", "\"storageClassName\":[\"class-oth\"]", 1, TestName = "What_no_unreadable_object_names_is_deleted")]
    public async Task A_volume_left_behind_is_looked_for_in_objects_that_cannot_be_read_too(string read, string spoiled, int deletions)
    {
        const string mark = "external-provisioner.volume.kubernetes.io/durable-intent";
        _front.Alter(read, spoiled);
        _world.Add(new TestClass());
        var claim = _world.Add(new TestClaim().Held(mark));
        var text = new JsonObject { ["driver"] = "csi.example.com", ["volume"] = $"pvc-{claim.Uid}" }.ToJsonString();
        _world.Patch(World.Claims, "claim", new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { [mark] = text } } }.ToJsonString());
        var odd = new TestVolume("odd").OfClass(deletions is 0 ? "class-odd" : "class-other").ToJson();
        odd["spec"]!["csi"]!["volumeHandle"] = deletions is 0 ? $"vol-of-pvc-{claim.Uid}" : "of-another";
        _world.Create(World.Volumes, odd);
        _world.Delete(World.Claims, "claim");
        _rig.Start("--retry-interval-start=20ms", "--retry-interval-max=200ms", "-v=2");
        await _world.UntilGone(World.Claims, "claim");
        Assert.That((_rig.Driver.Calls.Of("CreateVolume").Count, _rig.Driver.Calls.Of("DeleteVolume").Count), Is.EqualTo((1, deletions)));
    }

    [Test]
    public async Task A_volume_whose_class_cannot_be_read_is_not_deleted_without_the_secret_it_names()
    {
        _front.Alter("\"value-odd\"", "[\"value-o\"]");
        _world.AddSecret("of-class", ("k", "v"));
        _world.Add(new TestClass("odd").With(("color", "value-odd")).WithProvisionerSecret("default", "of-class"));
        _world.Add(new TestVolume("odd").OfClass("odd").Released());
        _rig.Start("--retry-interval-start=20ms", "--retry-interval-max=200ms", "-v=2");
        Assert.That(await _world.UntilEvent("odd", "VolumeFailedDelete"), Does.Contain("StorageClass odd is there and cannot be read"));
        Assert.That(_rig.Driver.Calls.Of("DeleteVolume"), Is.Empty);

        _front.Alter("\"value-odd\"", "\"value-odd\"");
        _world.Patch("storageclasses", "odd", """{"metadata":{"labels":{"a":"b"}}}""");
        await _world.UntilGone(World.Volumes, "odd");
        Assert.That(World.Text(_rig.Driver.Calls.Of("DeleteVolume").Single().Request, "secrets", "k"), Is.EqualTo("v"));
    }

    [TestCase("storageclasses", "\"value-odd\"", "[\"value-o\"]")]
    [TestCase("csinodes", "\"id-n1\"", "[\"id-\"]")]
    public async Task What_was_published_of_capacity_stays_while_a_class_or_a_node_cannot_be_read(string resource, string read, string spoiled)
    {
        const string capacities = "csistoragecapacities";
        _rig.Driver.Answer("GetPluginCapabilities", DriverRule.Answer("""{"capabilities":[{"service":{"type":"CONTROLLER_SERVICE"}},{"service":{"type":"VOLUME_ACCESSIBILITY_CONSTRAINTS"}}]}"""));
        _world.AddPlacedNode("n1", "zone=z1", "zone");
        _world.AddPlacedNode("n2", "zone=z2", "zone");
        _world.Add(new TestClass("odd").Delayed().With(("color", "value-odd")));
        _world.Add(new TestClass("fine").Delayed());
        var program = _rig.Start(new Dictionary<string, string> { ["NAMESPACE"] = "default" }, "--retry-interval-start=20ms", "--retry-interval-max=200ms", "-v=2",
            "--enable-capacity", "--capacity-ownerref-level=-1", "--capacity-poll-interval=1s", "--kube-api-capacity-qps=-1");
        await _rig.Cluster.Requests.WaitFor(new RequestMatch { Verb = "create", Resource = capacities }, 5).WithinLimit(); // and the question at the start

        _front.Alter(read, spoiled);
        _world.Patch(resource, resource is "csinodes" ? "n1" : "odd", """{"metadata":{"labels":{"a":"b"}}}""");
        await program.WaitForErrorLine(l => l.Contains("An object cannot be read", StringComparison.Ordinal) && l.Contains(resource, StringComparison.Ordinal));
        await _rig.Driver.WaitForCalls("GetCapacity", _rig.Driver.Calls.Of("GetCapacity").Count + 8);
        Assert.That(_world.All(capacities), Has.Count.EqualTo(4));
        Assert.That(_rig.Cluster.Requests.Count(new RequestMatch { Verb = "delete", Resource = capacities }), Is.Zero);
    }

    [Test]
    public async Task A_claim_that_cannot_be_read_keeps_the_snapshots_beside_it_and_no_others()
    {
        _front.Alter("\"class-odd\"", "[\"class-o\"]");
        _world.AddSnapshotKinds();
        _world.AddSnapshot("beside", SnapshotFinalizer);
        _world.AddSnapshot("elsewhere", SnapshotFinalizer, "kube-system");
        _world.Add(new TestClaim("odd").OfClass("class-odd"));
        var program = _rig.Start("-v=2");
        await _world.Until(World.Snapshots, "elsewhere", s => World.Finalizers(s).Length is 0);
        Assert.That(World.Finalizers(_world.Find(World.Snapshots, "beside")), Is.EqualTo((string[])[SnapshotFinalizer]));
        var line = await program.WaitForErrorLine(l => l.Contains("source protection stays on", StringComparison.Ordinal));
        Assert.That(line, Does.Contain("default/odd").And.Contain("$.spec.storageClassName").And.Not.Contain("class-o"));
    }
}

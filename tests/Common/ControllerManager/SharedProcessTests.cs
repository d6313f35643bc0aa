using Sidecars.EmbeddedCluster;
using Sidecars.ExternalAttacher;
using Sidecars.ExternalProvisioner;
using Sidecars.ExternalProvisioner.Requests;
using Sidecars.ExternalSnapshotter;
using Sidecars.Tests.Support;
using Sidecars.Tests.Support.Controllers;

namespace Sidecars.ControllerManager.Tests;

/// <summary>csi-provisioner and csi-attacher in one process, and csi-snapshotter with them: over one driver connection, and over one watch for each resource.</summary>
internal sealed class SharedProcessTests
{
    private SidecarRig _rig = null!;
    private ClusterWorld _world = null!;

    [SetUp]
    public async Task Begin()
    {
        _rig = await SidecarRig.PrepareAsync(new ScriptedDriverOptions(), clockStands: false);
        _world = new ClusterWorld(_rig.Cluster.Storage);
        _world.AddNode("n1", "node-1");
        _world.AddSecret("s", ("password", "geheim"u8.ToArray()));
        _world.Create("storageclasses", Json("""
            {"metadata":{"name":"fast"},"provisioner":"csi.example.com","reclaimPolicy":"Delete","parameters":{
             "csi.storage.k8s.io/provisioner-secret-name":"s","csi.storage.k8s.io/provisioner-secret-namespace":"default",
             "csi.storage.k8s.io/controller-publish-secret-name":"s","csi.storage.k8s.io/controller-publish-secret-namespace":"default"}}
            """));
    }

    [TearDown]
    public async Task End()
    {
        if (TestContext.CurrentContext.Result.FailCount > 0) await TestContext.Out.WriteLineAsync(string.Join('\n', _rig.Log.Lines));
        await _rig.DisposeAsync();
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task A_volume_lives_its_whole_life_under_both_over_one_watch_for_each_resource(bool provisionerFirst)
    {
        Sidecar[] sidecars = [ProvisionerProgram.Sidecar(ProvisionerFlagsOf()), AttacherProgram.Sidecar(new AttacherOptions { DefaultFsType = "ext4" })];
        await _rig.Run(provisionerFirst ? sidecars : [sidecars[1], sidecars[0]]);
        _world.Create(ClusterWorld.Claims, Json("""
            {"metadata":{"name":"claim","namespace":"default","annotations":{"volume.kubernetes.io/storage-provisioner":"csi.example.com"}},
             "spec":{"storageClassName":"fast","accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}}
            """));
        var volume = $"pvc-{ClusterWorld.Text(_world.Find(ClusterWorld.Claims, "claim"), "metadata", "uid")}";
        await _world.UntilExists(ClusterWorld.Volumes, volume);
        _world.Patch(ClusterWorld.Claims, "claim", $$$"""{"spec":{"volumeName":"{{{volume}}}"}}""");
        _world.SetPhase(volume, "Bound");

        _world.Create(ClusterWorld.Attachments, Json($$"""
            {"metadata":{"name":"va"},"spec":{"attacher":"csi.example.com","nodeName":"n1","source":{"persistentVolumeName":"{{volume}}"} } }
            """));
        await _world.Until(ClusterWorld.Attachments, "va", a => a["status"]?["attached"]?.GetValue<bool>() ?? false);
        Assert.That(ClusterWorld.Finalizers(_world.Find(ClusterWorld.Volumes, volume)),
            Is.SupersetOf((string[])["external-provisioner.volume.kubernetes.io/finalizer", "external-attacher/csi-example-com"]));
        var published = _rig.Calls("ControllerPublishVolume").Single();
        Assert.That(ClusterWorld.Text(published, "volume_context", "storage.kubernetes.io/csiProvisionerIdentity"), Is.Not.Empty);
        Assert.That(ClusterWorld.Text(published, "secrets", "password"), Is.EqualTo("geheim"));

        // The claim goes first: the provisioner waits for the attacher, and goes on the moment it is done.
        _world.Delete(ClusterWorld.Claims, "claim");
        _world.SetPhase(volume, "Released");
        await _world.UntilEventObject(volume, "VolumeDelete", "still attached to node n1");
        Assert.That(_rig.Calls("DeleteVolume"), Is.Empty);
        _world.Delete(ClusterWorld.Attachments, "va");
        await _world.UntilGone(ClusterWorld.Volumes, volume);

        Assert.That(_rig.Driver.Calls.All.Select(c => c.Method).Where(m => m.EndsWith("Volume", StringComparison.Ordinal)),
            Is.EqualTo((string[])["CreateVolume", "ControllerPublishVolume", "ControllerUnpublishVolume", "DeleteVolume"]));
        Assert.That(ClusterWorld.Text(_rig.Calls("DeleteVolume").Single(), "secrets", "password"), Is.EqualTo("geheim"));
        var watches = _rig.Cluster.Requests.Entries.Where(r => r.Request.Verb is "watch" || (r.Request.Verb is "list" && r.Request.Resource is not "volumesnapshots")).Select(r => r.Request.Resource).ToList();
        Assert.That(watches, Is.EquivalentTo((string[])["persistentvolumeclaims", "persistentvolumes", "storageclasses", "volumeattachments", "csinodes"]));
    }

    [Test]
    public async Task Snapshots_are_taken_beside_them_over_the_same_connection()
    {
        foreach (var definition in SnapshotKinds.Definitions) _world.Create("customresourcedefinitions", definition);
        await _rig.Run(
            SnapshotterProgram.Sidecar(new SnapshotterOptions()), ProvisionerProgram.Sidecar(ProvisionerFlagsOf()), AttacherProgram.Sidecar(new AttacherOptions { DefaultFsType = "ext4" }));
        _world.Create("volumesnapshotclasses", Json("""
            {"apiVersion":"snapshot.storage.k8s.io/v1","kind":"VolumeSnapshotClass","metadata":{"name":"snap"},"driver":"csi.example.com","deletionPolicy":"Delete"}
            """));
        _world.Create("volumesnapshotcontents", Json("""
            {"apiVersion":"snapshot.storage.k8s.io/v1","kind":"VolumeSnapshotContent","metadata":{"name":"c"},
             "spec":{"driver":"csi.example.com","deletionPolicy":"Delete","volumeSnapshotClassName":"snap","source":{"volumeHandle":"h"},
             "volumeSnapshotRef":{"name":"s","namespace":"default","uid":"u"} } }
            """));
        await _world.Until("volumesnapshotcontents", "c", c => c["status"]?["readyToUse"]?.GetValue<bool>() ?? false);
        _world.Create(ClusterWorld.Claims, Json("""
            {"metadata":{"name":"claim","namespace":"default","annotations":{"volume.kubernetes.io/storage-provisioner":"csi.example.com"}},
             "spec":{"storageClassName":"fast","accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}}
            """));
        await _world.UntilExists(ClusterWorld.Volumes, $"pvc-{ClusterWorld.Text(_world.Find(ClusterWorld.Claims, "claim"), "metadata", "uid")}");
        Assert.That(_rig.Calls("CreateSnapshot").Single().ToJsonString(), Is.EqualTo("""{"source_volume_id":"h","name":"snapshot-u"}"""));
        Assert.That(_rig.Driver.Connections, Is.EqualTo(1));
    }

    /// <summary>The answer to a write of one brings in what a user wishes of the other, before the watch does.</summary>
    [Test]
    public async Task A_size_that_is_seen_first_with_a_write_of_the_snapshot_controller_is_not_missed_by_the_resizer()
    {
        await using var rig = await SidecarRig.PrepareAsync(new ScriptedDriverOptions { ControllerCapabilities = ["EXPAND_VOLUME"] }, clockStands: false);
        var world = new ClusterWorld(rig.Cluster.Storage);
        foreach (var definition in SnapshotKinds.Definitions) world.Create("customresourcedefinitions", definition);
        world.Create("volumesnapshotclasses", Json("""
            {"apiVersion":"snapshot.storage.k8s.io/v1","kind":"VolumeSnapshotClass","metadata":{"name":"snap"},"driver":"csi.example.com","deletionPolicy":"Delete"}
            """));
        var uid = world.Create(ClusterWorld.Claims, Json("""
            {"metadata":{"name":"claim","namespace":"default"},
             "spec":{"storageClassName":"fast","volumeName":"pv","accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}}
            """)).Uid;
        world.Patch(ClusterWorld.Claims, "claim", """{"status":{"phase":"Bound","capacity":{"storage":"1Gi"}}}""", "status");
        world.Create(ClusterWorld.Volumes, Json($$"""
            {"metadata":{"name":"pv"},"spec":{"capacity":{"storage":"1Gi"},"accessModes":["ReadWriteOnce"],"persistentVolumeReclaimPolicy":"Retain",
             "csi":{"driver":"csi.example.com","volumeHandle":"h"},
             "claimRef":{"kind":"PersistentVolumeClaim","apiVersion":"v1","namespace":"default","name":"claim","uid":"{{uid}}"} } }
            """));
        await rig.Run(
            ExternalResizer.ResizerProgram.Sidecar(new ExternalResizer.ResizerOptions()),
            SnapshotController.SnapshotControllerProgram.Sidecar(new SnapshotController.SnapshotControllerOptions()));
        var mark = rig.Cluster.Faults.Add(new RequestMatch { Verb = "update", Resource = ClusterWorld.Claims }, new FaultAction.Hold(), times: 1);
        world.Create("volumesnapshots", Json("""
            {"apiVersion":"snapshot.storage.k8s.io/v1","kind":"VolumeSnapshot","metadata":{"name":"s","namespace":"default"},
             "spec":{"volumeSnapshotClassName":"snap","source":{"persistentVolumeClaimName":"claim"}}}
            """));
        await mark.Reached.WithinLimit();
        using var lag = await rig.Lag(ClusterWorld.Claims);
        world.Patch(ClusterWorld.Claims, "claim", """{"spec":{"resources":{"requests":{"storage":"2Gi"}}}}""");
        mark.Release();
        await world.UntilExists("volumesnapshotcontents", $"snapcontent-{ClusterWorld.Text(world.Find("volumesnapshots", "s"), "metadata", "uid")}");
        Assert.That(ClusterWorld.Finalizers(world.Find(ClusterWorld.Claims, "claim")), Is.Not.Empty, "it was written, and what it was answered is known");
        lag.Release();
        await world.Until(ClusterWorld.Claims, "claim", c => ClusterWorld.Text(c, "status", "capacity", "storage") == "2Gi");
    }

    /// <summary>Each writes volumes that the other reads: what one of them wrote is news to the other, and its own is none.</summary>
    [TestCase(true)]
    [TestCase(false)]
    public async Task A_volume_grows_and_is_attached_beside_the_resizer_over_one_watch_for_each_resource(bool resizerFirst)
    {
        await using var rig = await SidecarRig.PrepareAsync(new ScriptedDriverOptions { ControllerCapabilities = ["CREATE_DELETE_VOLUME", "PUBLISH_UNPUBLISH_VOLUME", "EXPAND_VOLUME"] }, clockStands: false);
        var world = new ClusterWorld(rig.Cluster.Storage);
        world.AddNode("n1", "node-1");
        world.Create("storageclasses", Json("""{"metadata":{"name":"fast"},"provisioner":"csi.example.com","reclaimPolicy":"Delete","allowVolumeExpansion":true}"""));
        Sidecar[] sidecars =
        [
            ProvisionerProgram.Sidecar(ProvisionerFlagsOf()), AttacherProgram.Sidecar(new AttacherOptions { DefaultFsType = "ext4" }),
            ExternalResizer.ResizerProgram.Sidecar(new ExternalResizer.ResizerOptions()),
        ];
        await rig.Run(resizerFirst ? [sidecars[2], sidecars[0], sidecars[1]] : sidecars);
        world.Create(ClusterWorld.Claims, Json("""
            {"metadata":{"name":"claim","namespace":"default","annotations":{"volume.kubernetes.io/storage-provisioner":"csi.example.com"}},
             "spec":{"storageClassName":"fast","accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}}
            """));
        var volume = $"pvc-{ClusterWorld.Text(world.Find(ClusterWorld.Claims, "claim"), "metadata", "uid")}";
        await world.UntilExists(ClusterWorld.Volumes, volume);
        world.Patch(ClusterWorld.Claims, "claim", $$$"""{"spec":{"volumeName":"{{{volume}}}"}}""");
        world.SetPhase(volume, "Bound");
        world.Patch(ClusterWorld.Claims, "claim", """{"status":{"phase":"Bound","capacity":{"storage":"1Gi"}}}""", "status");
        world.Create(ClusterWorld.Attachments, Json($$"""
            {"metadata":{"name":"va"},"spec":{"attacher":"csi.example.com","nodeName":"n1","source":{"persistentVolumeName":"{{volume}}"} } }
            """));
        world.Patch(ClusterWorld.Claims, "claim", """{"spec":{"resources":{"requests":{"storage":"2Gi"}}}}""");
        await world.Until(ClusterWorld.Claims, "claim", c => ClusterWorld.Text(c, "status", "capacity", "storage") == "2Gi");
        await world.Until(ClusterWorld.Attachments, "va", a => a["status"]?["attached"]?.GetValue<bool>() ?? false);
        Assert.That(ClusterWorld.Text(world.Find(ClusterWorld.Volumes, volume), "spec", "capacity", "storage"), Is.EqualTo("2Gi"));
        Assert.That(rig.Driver.Calls.All.Select(c => c.Method).Where(m => m.EndsWith("Volume", StringComparison.Ordinal)),
            Is.EquivalentTo((string[])["CreateVolume", "ControllerPublishVolume", "ControllerExpandVolume"]));
        var watches = rig.Cluster.Requests.Entries.Where(r => r.Request.Verb is "watch" || (r.Request.Verb is "list" && r.Request.Resource is not "volumesnapshots")).Select(r => r.Request.Resource).ToList();
        Assert.That(watches, Is.EquivalentTo((string[])["persistentvolumeclaims", "persistentvolumes", "storageclasses", "volumeattachments", "csinodes"]));
        Assert.That(rig.Driver.Connections, Is.EqualTo(1));
    }

    private static ProvisionerOptions ProvisionerFlagsOf() => new() { Naming = new VolumeNaming("pvc", VolumeNaming.WholeUid) };

    private static System.Text.Json.Nodes.JsonObject Json(string text) => System.Text.Json.Nodes.JsonNode.Parse(text)!.AsObject();
}

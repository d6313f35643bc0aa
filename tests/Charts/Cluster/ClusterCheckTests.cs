using System.Text.Json.Nodes;

namespace Sidecars.Charts.Tests;

/// <summary>What the chart of a driver finds out by a look at the cluster, before anything is written.</summary>
internal sealed class ClusterCheckTests
{
    private const string Driver = "hostpath.csi.example.com";

    [Test]
    public async Task A_snapshotter_without_the_kinds_of_snapshots_is_named_by_both_Helms()
    {
        await using var cluster = await ClusterCase.Start();
        foreach (var helm in Helm.Both)
        {
            var result = await cluster.DryRun(helm, "csi-driver", "--set", "csi-sidecars.capabilities.snapshot=true");
            Assert.That(result.Succeeded, Is.False, $"{helm}");
            Assert.That(result.Errors, Does.Contain("csi-sidecars.snapshotter.enabled").And.Contain("snapshot.storage.k8s.io/v1").And.Contain("snapshot-controller first"), $"{helm}");
        }
        foreach (var name in (string[])["volumesnapshots", "volumesnapshotcontents", "volumesnapshotclasses"]) cluster.CreateDefinition(name);
        Assert.That(await cluster.Takes("csi-driver", "--set", "csi-sidecars.capabilities.snapshot=true"), Does.Contain("csi-snapshotter"));
    }

    [Test]
    public async Task An_object_of_the_driver_that_is_nobodys_is_named_and_so_is_the_way_out()
    {
        await using var cluster = await ClusterCase.Start();
        cluster.Create("csidrivers", CsiDriver(null));
        await cluster.Refuses("csi-driver", [], Driver, "belongs to no release", "--take-ownership");
        Assert.That(await cluster.Takes("csi-driver", "--set", "csi-sidecars.checks.cluster=false", "--take-ownership"), Does.Contain("kind: CSIDriver"));
        Assert.That(await cluster.Takes("csi-driver", "--set", "csi-sidecars.driverName=other.example.com"), Does.Contain("other.example.com"));
    }

    [Test]
    public async Task An_object_of_another_release_is_named_with_it()
    {
        await using var cluster = await ClusterCase.Start();
        cluster.Create("csidrivers", CsiDriver(ClusterCase.OwnedBy("old", "storage")));
        await cluster.Refuses("csi-driver", [], Driver, "release old in namespace storage", "--take-ownership", "another driver name");
    }

    [Test]
    public async Task Fields_that_cannot_be_changed_are_named_with_both_values()
    {
        await using var cluster = await ClusterCase.Start();
        var live = CsiDriver(ClusterCase.OwnedBy("rel", "default"));
        live["spec"] = new JsonObject { ["attachRequired"] = false, ["volumeLifecycleModes"] = new JsonArray("Persistent", "Ephemeral") };
        cluster.Create("csidrivers", live);
        cluster.Create("storageclasses", new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = "fast" },
            ["provisioner"] = Driver,
            ["parameters"] = new JsonObject { ["tier"] = "old" },
            ["reclaimPolicy"] = "Delete",
            ["volumeBindingMode"] = "Immediate",
        });
        await cluster.Refuses("csi-driver",
            ["--set", "storageClasses[0].name=fast", "--set", "storageClasses[0].parameters.tier=new", "--set", "storageClasses[0].reclaimPolicy=Retain", "--set", "storageClasses[0].volumeBindingMode=WaitForFirstConsumer"],
            "csi-sidecars.csiDriver.attachRequired: is true, the CSIDriver hostpath.csi.example.com has false, and that cannot be changed",
            "csi-sidecars.csiDriver.volumeLifecycleModes: is Persistent, the CSIDriver hostpath.csi.example.com has Ephemeral,Persistent, and that cannot be changed",
            """storageClasses: fast has parameters {"tier":"new"}, the class in the cluster has {"tier":"old"}, and that cannot be changed""",
            "fast has reclaimPolicy Retain, the class in the cluster has Delete", "fast has volumeBindingMode WaitForFirstConsumer, the class in the cluster has Immediate");
    }

    [Test]
    public async Task A_class_and_an_object_that_are_as_wanted_are_no_obstacle()
    {
        await using var cluster = await ClusterCase.Start();
        cluster.Create("csidrivers", CsiDriver(ClusterCase.OwnedBy("rel", "default")));
        cluster.Create("storageclasses", new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = "fast", ["annotations"] = ClusterCase.OwnedBy("rel", "default"), ["labels"] = new JsonObject { ["app.kubernetes.io/managed-by"] = "Helm" } },
            ["provisioner"] = Driver,
            ["parameters"] = new JsonObject { ["replicas"] = "3" },
        });
        Assert.That(await cluster.Takes("csi-driver", "--set", "storageClasses[0].name=fast", "--set", "storageClasses[0].parameters.replicas=3"), Does.Contain("kind: StorageClass"));
    }

    private static JsonObject CsiDriver(JsonObject? owner) => new()
    {
        ["metadata"] = new JsonObject { ["name"] = Driver, ["annotations"] = owner, ["labels"] = owner is null ? null : new JsonObject { ["app.kubernetes.io/managed-by"] = "Helm" } },
        ["spec"] = new JsonObject { ["attachRequired"] = true },
    };
}

namespace Sidecars.Playground.Tests;

/// <summary>What the playground brings along; it has to be found where no repository is.</summary>
internal sealed class ManifestsTests
{
    [Test]
    public void The_definitions_of_the_snapshot_kinds_are_those_of_the_chart()
    {
        var names = Manifests.SnapshotDefinitions().Select(definition => $"{definition["kind"]} {definition["metadata"]!["name"]}");
        Assert.That(names, Is.EquivalentTo((string[])[
            "CustomResourceDefinition volumegroupsnapshotclasses.groupsnapshot.storage.k8s.io",
            "CustomResourceDefinition volumegroupsnapshotcontents.groupsnapshot.storage.k8s.io",
            "CustomResourceDefinition volumegroupsnapshots.groupsnapshot.storage.k8s.io",
            "CustomResourceDefinition volumesnapshotclasses.snapshot.storage.k8s.io",
            "CustomResourceDefinition volumesnapshotcontents.snapshot.storage.k8s.io",
            "CustomResourceDefinition volumesnapshots.snapshot.storage.k8s.io",
        ]));
    }

    [Test]
    public void The_driver_s_name_stands_where_the_placeholder_was()
    {
        var all = Manifests.Load([], "d.example.com").Concat(Manifests.Snapshot("d.example.com")).Concat(Manifests.Sequel("d.example.com", tellsRoom: true)).Concat(Manifests.Attributes("d.example.com")).ToList();
        Assert.Multiple(() =>
        {
            Assert.That(all.Select(manifest => manifest.ToJsonString()), Has.None.Contains("DRIVER_NAME"));
            Assert.That(all.Where(manifest => $"{manifest["kind"]}" == "StorageClass").Select(found => $"{found["provisioner"]}"), Is.All.EqualTo("d.example.com"));
            Assert.That($"{all.Single(manifest => $"{manifest["kind"]}" == "VolumeSnapshotClass")["driver"]}", Is.EqualTo("d.example.com"));
        });
    }
}

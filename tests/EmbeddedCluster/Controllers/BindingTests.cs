namespace Sidecars.EmbeddedCluster.Tests.Controllers;

internal sealed class BindingTests : ControllerTest
{
    [Test]
    public async Task A_claim_of_a_class_is_marked_for_its_provisioner_and_says_what_it_waits_for()
    {
        MakeClass();
        MakeClaim();
        var claim = await Until("persistentvolumeclaims", "claim", c =>
            c.Text("metadata", "annotations", "volume.kubernetes.io/storage-provisioner") == "csi.example.com");
        Assert.That(claim.ToJson().Text("metadata", "annotations", "volume.beta.kubernetes.io/storage-provisioner"), Is.EqualTo("csi.example.com"));
        Assert.That(await UntilEvent("claim", "ExternalProvisioning"), Does.Contain("csi.example.com"));
    }

    [Test]
    public async Task A_volume_made_for_a_claim_is_bound_to_it_both_ways()
    {
        MakeClass();
        MakeVolume("pv-1", MakeClaim());
        var claim = (await UntilPhase("persistentvolumeclaims", "claim", "Bound")).ToJson();
        var volume = await UntilPhase("persistentvolumes", "pv-1", "Bound");
        Assert.Multiple(() =>
        {
            Assert.That(claim.Text("spec", "volumeName"), Is.EqualTo("pv-1"));
            Assert.That(claim.Text("metadata", "annotations", "pv.kubernetes.io/bind-completed"), Is.EqualTo("yes"));
            Assert.That(claim.Text("metadata", "annotations", "pv.kubernetes.io/bound-by-controller"), Is.EqualTo("yes"));
            Assert.That(claim.Text("status", "capacity", "storage"), Is.EqualTo("5Gi"));
            Assert.That(claim.Array("status", "accessModes").Texts(), Is.EqualTo(new[] { "ReadWriteOnce" }));
            Assert.That(volume.ToJson().Text("metadata", "annotations", "pv.kubernetes.io/bound-by-controller"), Is.Null);
        });
    }

    [Test]
    public async Task Of_the_volumes_that_are_there_the_smallest_sufficient_one_is_taken()
    {
        MakeVolume("small", size: "1Gi");
        MakeVolume("large", size: "100Gi");
        MakeVolume("fitting", size: "6Gi");
        foreach (var name in (string[])["small", "large", "fitting"]) await UntilPhase("persistentvolumes", name, "Available");
        // The binder of claims learns of volumes by a watch of its own, in their order: with a later one in use it knows these three.
        MakeVolume("later", MakeClaim("other", className: "nobody-makes-these"), className: "nobody-makes-these");
        await UntilPhase("persistentvolumeclaims", "other", "Bound");
        MakeClaim();
        var claim = await UntilPhase("persistentvolumeclaims", "claim", "Bound");
        Assert.That(claim.ToJson().Text("spec", "volumeName"), Is.EqualTo("fitting"));
    }

    [Test]
    public async Task A_volume_that_appears_later_is_taken_by_the_claim_that_waits()
    {
        MakeClaim(className: "nobody-makes-these");
        await UntilEvent("claim", "ProvisioningFailed");
        MakeVolume("late", className: "nobody-makes-these");
        Assert.That((await UntilPhase("persistentvolumeclaims", "claim", "Bound")).ToJson().Text("spec", "volumeName"), Is.EqualTo("late"));
    }

    [Test]
    public async Task A_claim_without_a_class_says_so()
    {
        MakeClaim(className: null);
        Assert.That(await UntilEvent("claim", "FailedBinding"), Does.Contain("no storage class is set"));
    }

    [Test]
    public async Task A_claim_that_waits_for_its_consumer_is_not_marked_and_says_so()
    {
        MakeClass(mode: "WaitForFirstConsumer");
        MakeClaim();
        Assert.That(await UntilEvent("claim", "WaitForFirstConsumer"), Is.EqualTo("waiting for first consumer to be created before binding"));
        Assert.That(
            Storage.Get("persistentvolumeclaims", "default", "claim").Value.ToJson()
                .Text("metadata", "annotations", "volume.kubernetes.io/storage-provisioner"),
            Is.Null);
    }

    [Test]
    public async Task A_volume_is_released_when_its_claim_goes_and_is_not_deleted_by_the_cluster()
    {
        MakeClass();
        MakeVolume("pv-1", MakeClaim());
        await UntilPhase("persistentvolumeclaims", "claim", "Bound");
        Storage.Delete("persistentvolumeclaims", "default", "claim");
        var volume = await UntilPhase("persistentvolumes", "pv-1", "Released");
        Assert.That(volume.IsBeingDeleted, Is.False);
    }

    [Test]
    public async Task A_volume_whose_claim_goes_before_they_are_bound_is_released()
    {
        MakeClass(mode: "WaitForFirstConsumer");
        var claim = MakeClaim();
        Storage.Patch("persistentvolumeclaims", "default", "claim", PatchKind.Merge, System.Text.Json.Nodes.JsonNode.Parse("""{"metadata":{"finalizers":["example.com/held"]}}""")!);
        Storage.Delete("persistentvolumeclaims", "default", "claim");
        MakeVolume("pv-1", claim);
        Storage.Patch("persistentvolumeclaims", "default", "claim", PatchKind.Merge, System.Text.Json.Nodes.JsonNode.Parse("""{"metadata":{"finalizers":null}}""")!);
        await UntilPhase("persistentvolumes", "pv-1", "Released");
    }

    [Test]
    public async Task A_claim_made_anew_under_the_old_name_does_not_get_the_old_volume()
    {
        MakeClass();
        MakeVolume("pv-1", MakeClaim());
        await UntilPhase("persistentvolumeclaims", "claim", "Bound");
        Storage.Delete("persistentvolumeclaims", "default", "claim");
        await UntilPhase("persistentvolumes", "pv-1", "Released");
        MakeClaim();
        await UntilEvent("claim", "ExternalProvisioning");
        Assert.That(Storage.Get("persistentvolumeclaims", "default", "claim").Value.ToJson().Text("spec", "volumeName"), Is.Null);
    }

    [Test]
    public async Task A_bound_claim_whose_volume_vanishes_is_lost()
    {
        MakeClass();
        MakeVolume("pv-1", MakeClaim());
        await UntilPhase("persistentvolumeclaims", "claim", "Bound");
        // Somebody takes the volume's protection off by force.
        Storage.Delete("persistentvolumes", null, "pv-1");
        Storage.Patch("persistentvolumes", null, "pv-1", PatchKind.Merge,
            System.Text.Json.Nodes.JsonNode.Parse("""{"metadata":{"finalizers":null}}""")!);
        await UntilPhase("persistentvolumeclaims", "claim", "Lost");
        Assert.That(await UntilEvent("claim", "ClaimLost"), Does.Contain("lost its PersistentVolume"));
    }

    [Test]
    public async Task A_claim_in_use_stays_until_its_pod_is_gone()
    {
        MakeClaim(className: null);
        await Until("persistentvolumeclaims", "claim", c => c.Array("metadata", "finalizers").Texts().Contains("kubernetes.io/pvc-protection"));
        MakePod("pod", "claim");
        Assert.That(Storage.Bind("default", "pod", "somewhere").Error, Is.Null);
        Storage.Delete("persistentvolumeclaims", "default", "claim");
        // Another claim without a pod, deleted after this one, is let go: by then this one has been looked at, too.
        MakeClaim("other", className: null);
        await Until("persistentvolumeclaims", "other", c => c.Array("metadata", "finalizers").Texts().Contains("kubernetes.io/pvc-protection"));
        Storage.Delete("persistentvolumeclaims", "default", "other");
        await UntilGone("persistentvolumeclaims", "other");
        Assert.That(Storage.Get("persistentvolumeclaims", "default", "claim").Value.IsBeingDeleted);
        Storage.Delete("pods", "default", "pod", new DeleteOptions { GracePeriodSeconds = 0 });
        await UntilGone("persistentvolumeclaims", "claim");
        Assert.That(Storage.Get("persistentvolumeclaims", "default", "claim").Object, Is.Null);
    }

    [Test]
    public async Task A_pod_that_no_node_has_keeps_no_claim_from_going()
    {
        MakeClaim(className: null);
        await Until("persistentvolumeclaims", "claim", c => c.Array("metadata", "finalizers").Texts().Contains("kubernetes.io/pvc-protection"));
        MakePod("pod", "claim");
        Storage.Delete("persistentvolumeclaims", "default", "claim");
        await UntilGone("persistentvolumeclaims", "claim");
    }

    [Test]
    public async Task Five_hundred_claims_with_volumes_are_all_bound()
    {
        MakeClass();
        for (var i = 0; i < 500; i++) MakeVolume($"pv-{i}", MakeClaim($"claim-{i}"));
        for (var i = 0; i < 500; i++) await UntilPhase("persistentvolumeclaims", $"claim-{i}", "Bound");
        for (var i = 0; i < 500; i++) await UntilPhase("persistentvolumes", $"pv-{i}", "Bound");
    }
}

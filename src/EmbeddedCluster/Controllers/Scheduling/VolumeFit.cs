namespace Sidecars.EmbeddedCluster.Controllers;

/// <summary>
/// Whether a node suits a claim: the volume it is bound to can be reached from there, or a volume can be found or made for it there.
/// Each answer that is no says why, in the words of a real scheduler.
/// </summary>
internal sealed class VolumeFit(ControllerContext context)
{
    private const string NothingToBind = "node(s) didn't find available persistent volumes to bind";

    public string? WhyNot(Claim claim, StoredObject node)
    {
        if (claim.IsBound) return WhyBoundDoesNotFit(claim, node);
        // What a node has room for was judged when it was selected; since then the volume itself may have taken the room.
        if (claim.SelectedNode.Length > 0) return claim.SelectedNode == node.Name ? null : NothingToBind;
        if (StaticVolumeFor(claim, node) is not null) return null;
        if (StorageClass.Find(context.Storage, claim.ClassName) is not { } storageClass)
            return $"storageclass.storage.k8s.io \"{claim.ClassName}\" not found";
        if (storageClass.IsStaticOnly || !TopologyAllows(storageClass, node)) return NothingToBind;
        return HasCapacity(claim, storageClass, node) ? null : "node(s) did not have enough free storage";
    }

    /// <summary>A volume that is there already, fits the claim, and can be reached from the node.</summary>
    public Volume? StaticVolumeFor(Claim claim, StoredObject node) => VolumeMatching.Best(
        claim,
        context.Storage.List("persistentvolumes").Items.Select(stored => new Volume(stored)),
        volume => IsReachable(volume, node));

    private string? WhyBoundDoesNotFit(Claim claim, StoredObject node)
    {
        if (context.Storage.Get("persistentvolumes", null, claim.VolumeName).Object is not { } stored)
            return $"persistentvolume \"{claim.VolumeName}\" not found";
        var volume = new Volume(stored);
        if (!IsReachable(volume, node)) return "node(s) had volume node affinity conflict";
        return HasFreeSlot(volume, node) ? null : "node(s) exceed max volume count";
    }

    private static bool IsReachable(Volume volume, StoredObject node) =>
        volume.Stored.Root.At("spec", "nodeAffinity", "required") is not { } required || NodeSelecting.Matches(required, node);

    private bool HasFreeSlot(Volume volume, StoredObject node)
    {
        if (volume.Driver.Length == 0) return true;
        var entry = context.Storage.Get("csinodes", null, node.Name).Object?.Root.Items("spec", "drivers")
            .FirstOrDefault(driver => driver.Text("name") == volume.Driver);
        var limit = entry?.Integer("allocatable", "count") ?? 0;
        if (limit == 0) return true;
        var others = context.Storage.List("volumeattachments").Items.Count(attachment =>
            attachment.Root.Text("spec", "nodeName") == node.Name
            && attachment.Root.Text("spec", "attacher") == volume.Driver
            && attachment.Root.Text("spec", "source", "persistentVolumeName") != volume.Stored.Name);
        return others < limit;
    }

    private static bool TopologyAllows(StorageClass storageClass, StoredObject node)
    {
        var terms = storageClass.Stored.Root.Items("allowedTopologies").ToList();
        return terms.Count == 0 || terms.Exists(term => term.Items("matchLabelExpressions").All(expression =>
            node.Labels.TryGetValue(expression.Text("key"), out var value) && expression.Texts("values").Contains(value)));
    }

    private bool HasCapacity(Claim claim, StorageClass storageClass, StoredObject node)
    {
        var driver = context.Storage.Get("csidrivers", null, storageClass.Provisioner).Object;
        if (driver?.Root.Flag("spec", "storageCapacity") != true || claim.Stored.Root.At("spec", "resources", "requests", "storage") is null) return true;
        return context.Storage.List("csistoragecapacities").Items.Any(capacity =>
        {
            if (capacity.Root.Text("storageClassName") != storageClass.Stored.Name) return false;
            // Without a topology the capacity can be reached from nowhere.
            if (capacity.Root.At("nodeTopology") is not { } topology || !LabelSelecting.Matches(topology, node.Labels)) return false;
            // What the driver cannot tell holds nothing.
            var largest = capacity.Root.At("maximumVolumeSize") ?? capacity.Root.At("capacity");
            return largest?.GetString() is { } size && Quantity.TryParse(size, out var bytes) && bytes.CompareTo(claim.Request) >= 0;
        });
    }
}

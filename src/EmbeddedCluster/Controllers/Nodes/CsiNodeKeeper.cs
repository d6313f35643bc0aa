using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster.Controllers;

/// <summary>
/// Keeps the node's objects true to the drivers registered on it: the entries of its CSINode, the topology labels and the
/// node-id annotation of its Node. The labels are there before the entry is, so that who sees the entry can rely on them. Topology of a
/// driver that goes away stays on the node, as with a real kubelet.
/// </summary>
internal sealed class CsiNodeKeeper(ControllerContext context, string nodeName)
{
    private const string NodeIdAnnotation = "csi.volume.kubernetes.io/nodeid";

    public void Register(DriverClient driver)
    {
        var topology = driver.Info.AccessibleTopology?.Segments ?? [];
        Change("nodes", node =>
        {
            foreach (var (key, value) in topology) SetLabel(node.Metadata().Child("labels"), key, value);
            var annotations = node.Metadata().Child("annotations");
            var ids = JsonNode.Parse(annotations.Text(NodeIdAnnotation) ?? "{}")!.AsObject();
            ids[driver.Name] = driver.Info.NodeId;
            annotations[NodeIdAnnotation] = ids.ToJsonString();
        });
        Change("csinodes", node =>
        {
            var entry = new JsonObject
            {
                ["name"] = driver.Name,
                ["nodeID"] = driver.Info.NodeId,
                ["topologyKeys"] = new JsonArray([.. topology.Keys.Order(StringComparer.Ordinal).Select(key => (JsonNode)key)]),
            };
            if (driver.Info.MaxVolumesPerNode > 0) entry["allocatable"] = new JsonObject { ["count"] = driver.Info.MaxVolumesPerNode };
            SetDrivers(node, driver.Name, entry);
        });
    }

    public void Unregister(string driver)
    {
        Change("csinodes", node => SetDrivers(node, driver, null));
        Change("nodes", node =>
        {
            var annotations = node.Metadata().Child("annotations");
            var ids = JsonNode.Parse(annotations.Text(NodeIdAnnotation) ?? "{}")!.AsObject();
            ids.Remove(driver);
            if (ids.Count > 0) annotations[NodeIdAnnotation] = ids.ToJsonString();
            else annotations.Remove(NodeIdAnnotation);
        });
    }

    // Two drivers may share a key, but not disagree where the node stands; and what volumes already name does not change under them.
    private static void SetLabel(JsonObject labels, string key, string value)
    {
        if (labels.Text(key) is { } present && present != value)
            throw new InvalidOperationException($"detected topology value collision: driver reported \"{key}\":\"{value}\" but existing label is \"{key}\":\"{present}\"");
        labels[key] = value;
    }

    private static void SetDrivers(JsonObject node, string driver, JsonObject? entry)
    {
        var drivers = new JsonArray(
            [.. node.Array("spec", "drivers").Objects().Where(other => other.Text("name") != driver).Select(other => other.DeepClone())]);
        if (entry is not null) drivers.Add((JsonNode)entry);
        node.Child("spec")["drivers"] = drivers;
    }

    // Others write to the node as well; a lost race is repeated on the newer version.
    private void Change(string resource, Action<JsonObject> change)
    {
        while (context.Storage.Get(resource, null, nodeName).Object is { } current)
        {
            var content = current.ToJson();
            change(content);
            var result = context.Storage.Update(resource, content);
            if (result.IsOk) return;
            if (!result.Error.IsConflict) throw new InvalidOperationException($"Writing {resource} {nodeName} failed: {result.Error}");
        }
    }
}

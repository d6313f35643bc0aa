using System.Runtime.InteropServices;
using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster.Controllers;

/// <summary>Makes the Node and CSINode a kubelet lives by, and keeps the list of volumes it has in use.</summary>
internal sealed class NodeObjects(ControllerContext context, string nodeName, IReadOnlyDictionary<string, string> labels)
{
    private readonly Lock _showing = new();

    public void Create()
    {
        var node = context.Storage.Create("nodes", new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Node",
            ["metadata"] = new JsonObject
            {
                ["name"] = nodeName,
                ["labels"] = Labels(),
                ["annotations"] = new JsonObject { ["volumes.kubernetes.io/controller-managed-attach-detach"] = "true" },
            },
        });
        Require(node);
        Require(context.Storage.Patch("nodes", null, nodeName, PatchKind.Merge, new JsonObject
        {
            ["status"] = new JsonObject
            {
                ["conditions"] = new JsonArray(new JsonObject
                {
                    ["type"] = "Ready",
                    ["status"] = "True",
                    ["reason"] = "KubeletReady",
                    ["message"] = "the embedded kubelet is ready",
                    ["lastHeartbeatTime"] = context.Now,
                    ["lastTransitionTime"] = context.Now,
                }),
                ["nodeInfo"] = new JsonObject
                {
                    ["kubeletVersion"] = "v1.36.0-embedded",
                    ["operatingSystem"] = "linux",
                    ["osImage"] = "embedded cluster",
                    ["architecture"] = "amd64",
                    ["containerRuntimeVersion"] = "none://0",
                    ["kernelVersion"] = "",
                    ["machineID"] = "",
                    ["systemUUID"] = "",
                    ["bootID"] = "",
                    ["kubeProxyVersion"] = "",
                },
            },
        }, "status"));
        var uid = context.Storage.Get("nodes", null, nodeName).Value.Uid;
        Require(context.Storage.Create("csinodes", new JsonObject
        {
            ["apiVersion"] = "storage.k8s.io/v1",
            ["kind"] = "CSINode",
            ["metadata"] = new JsonObject
            {
                ["name"] = nodeName,
                ["ownerReferences"] = new JsonArray(new JsonObject
                {
                    ["apiVersion"] = "v1", ["kind"] = "Node", ["name"] = nodeName, ["uid"] = uid,
                }),
            },
            ["spec"] = new JsonObject { ["drivers"] = new JsonArray() },
        }));
    }

    /// <summary>
    /// Shows which volumes the kubelet has in use; the attach-detach controller keeps those attached. Pods come and go side by side: one writes at a
    /// time, and what is in use at that moment, or a volume that has just been taken away would be shown for ever.
    /// </summary>
    public void ShowInUse(VolumeUse uses)
    {
        lock (_showing) ShowInUseWhileLocked(uses);
    }

    private void ShowInUseWhileLocked(VolumeUse uses)
    {
        while (context.Storage.Get("nodes", null, nodeName).Object is { } current)
        {
            var names = uses.Names.Order(StringComparer.Ordinal).ToList();
            if (current.Root.Texts("status", "volumesInUse").SequenceEqual(names)) return;
            var content = current.ToJson();
            content.Child("status")["volumesInUse"] = new JsonArray([.. names.Select(name => (JsonNode)name)]);
            if (context.Storage.UpdateStatus("nodes", content).IsOk) return;
        }
    }

    private JsonObject Labels()
    {
        var all = new JsonObject
        {
            [WellKnown.HostnameLabel] = nodeName,
            ["kubernetes.io/os"] = "linux",
            ["kubernetes.io/arch"] = RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "arm64" : "amd64",
        };
        foreach (var (key, value) in labels) all[key] = value;
        return all;
    }

    // The objects may be there from an earlier life of this node.
    private void Require(StoreResult result)
    {
        if (result.IsOk || result.Error.IsAlreadyExists) return;
        throw new InvalidOperationException($"Making the node {nodeName} failed: {result.Error}");
    }
}

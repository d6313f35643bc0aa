using System.Globalization;
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
                ["capacity"] = Resources(),
                ["allocatable"] = Resources(),
                ["addresses"] = new JsonArray(
                    new JsonObject { ["type"] = "InternalIP", ["address"] = "127.0.0.1" }, new JsonObject { ["type"] = "Hostname", ["address"] = nodeName }),
                ["conditions"] = new JsonArray(
                    Condition("MemoryPressure", false, "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
                    Condition("DiskPressure", false, "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
                    Condition("PIDPressure", false, "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
                    Condition("Ready", true, "KubeletReady", "the embedded kubelet is ready")),
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
        Require(context.Storage.Create("leases", Lease(uid)));
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

    // A node without its lease looks as if its kubelet had died. It is written once: nobody here judges a node by it.
    private JsonObject Lease(string uid) => new()
    {
        ["apiVersion"] = "coordination.k8s.io/v1",
        ["kind"] = "Lease",
        ["metadata"] = new JsonObject
        {
            ["name"] = nodeName,
            ["namespace"] = "kube-node-lease",
            ["ownerReferences"] = new JsonArray(new JsonObject { ["apiVersion"] = "v1", ["kind"] = "Node", ["name"] = nodeName, ["uid"] = uid }),
        },
        ["spec"] = new JsonObject
        {
            ["holderIdentity"] = nodeName,
            ["leaseDurationSeconds"] = 40,
            ["renewTime"] = context.Time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture),
        },
    };

    private JsonObject Condition(string type, bool isTrue, string reason, string message) => new()
    {
        ["type"] = type,
        ["status"] = isTrue ? "True" : "False",
        ["reason"] = reason,
        ["message"] = message,
        ["lastHeartbeatTime"] = context.Now,
        ["lastTransitionTime"] = context.Now,
    };

    // Those of this machine. Nobody counts what pods take of them; shares of nothing at all are what a client cannot show.
    private static JsonObject Resources() => new()
    {
        ["cpu"] = Environment.ProcessorCount.ToString(CultureInfo.InvariantCulture),
        ["memory"] = $"{GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 1024}Ki",
        ["ephemeral-storage"] = "100Gi",
        ["pods"] = "110",
    };

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

using System.Text.Json.Nodes;
using Sidecars.EmbeddedCluster.Controllers;
using Sidecars.Tests.Support;

namespace Sidecars.EmbeddedCluster.Tests.Controllers;

/// <summary>A cluster with its controllers, and objects to try them on.</summary>
internal abstract class ControllerTest
{
    private protected const string NodeName = "node-1";

    private TemporaryDirectory _directory = null!;

    private protected ClusterServer Cluster { get; private set; } = null!;
    private protected ClusterControllers Started { get; private set; } = null!;
    private protected Storage Storage => Cluster.Storage;
    private protected virtual bool HasNode => false;

    /// <summary>The nodes that have a kubelet.</summary>
    private protected virtual IReadOnlyList<NodeOptions> Nodes => HasNode ? [new NodeOptions(NodeName, DirectoryOfKubelet)] : [];
    private protected virtual bool Attaches => true;

    [SetUp]
    public async Task StartCluster()
    {
        _directory = new TemporaryDirectory();
        (Cluster, Started) = await Begin(new ControllerOptions
        {
            Nodes = Nodes,
            AttachesVolumes = Attaches,
        }).WithinLimit();
    }

    private static async Task<(ClusterServer, ClusterControllers)> Begin(ControllerOptions options)
    {
        var cluster = await ClusterServer.StartAsync();
        return (cluster, ClusterControllers.Start(cluster.Storage, options));
    }

    [TearDown]
    public async Task StopCluster()
    {
        await Started.DisposeAsync().WithinLimit();
        await Cluster.DisposeAsync().WithinLimit();
        _directory.Dispose();
    }

    private protected string DirectoryOfKubelet => _directory.File("kubelet");

    private protected StoredObject Make(string resource, string json) => Storage.Create(resource, JsonNode.Parse(json)!.AsObject()).Value;

    /// <summary>The object as soon as it satisfies the condition.</summary>
    private protected async Task<StoredObject> Until(string resource, string name, Func<JsonObject, bool> holds, string ns = "default")
    {
        using var limit = new CancellationTokenSource(TestTimeouts.Limit, TimeProvider.System);
        try
        {
            await foreach (var change in Storage.Watch(resource, stop: limit.Token))
            {
                if (change.Object.Name == name && change.Type != WatchEventType.Deleted && holds(change.Object.ToJson())) return change.Object;
            }
        }
        catch (OperationCanceledException)
        {
            var last = Storage.Get(resource, ns, name).Object?.ToJson().ToJsonString() ?? "there is none";
            Assert.Fail($"{resource} {name} did not get where it should; last: {last}");
        }

        throw new InvalidOperationException("A watch has no end.");
    }

    private protected async Task UntilGone(string resource, string name, string ns = "default")
    {
        using var limit = new CancellationTokenSource(TestTimeouts.Limit, TimeProvider.System);
        var version = Storage.Version;
        if (Storage.Get(resource, ns, name).Object is null) return;
        await foreach (var change in Storage.Watch(resource, version, stop: limit.Token))
            if (change.Type == WatchEventType.Deleted && change.Object.Name == name) return;
    }

    private protected Task<StoredObject> UntilPhase(string resource, string name, string phase) =>
        Until(resource, name, content => content.Text("status", "phase") == phase);

    /// <summary>The first event of the reason about the object.</summary>
    private protected async Task<string> UntilEvent(string about, string reason)
    {
        using var limit = new CancellationTokenSource(TestTimeouts.Limit, TimeProvider.System);
        await foreach (var change in Storage.Watch("events", stop: limit.Token))
        {
            var content = change.Object.ToJson();
            if (content.Text("involvedObject", "name") == about && content.Text("reason") == reason) return content.Text("message") ?? "";
        }

        throw new InvalidOperationException("A watch has no end.");
    }

    private protected StoredObject MakeClass(string name = "fast", string mode = "Immediate", string provisioner = "csi.example.com") => Make(
        "storageclasses",
        $$"""{"metadata":{"name":"{{name}}"},"provisioner":"{{provisioner}}","volumeBindingMode":"{{mode}}","reclaimPolicy":"Delete"}""");

    private protected StoredObject MakeClaim(string name = "claim", string? className = "fast", string size = "5Gi")
    {
        var ofClass = className is null ? "" : $", \"storageClassName\": \"{className}\"";
        return Make("persistentvolumeclaims", $$"""
            {"metadata": {"name": "{{name}}", "namespace": "default"},
             "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "{{size}}"} } {{ofClass}} } }
            """);
    }

    /// <summary>A volume; for a claim it is one a provisioner made, otherwise one nobody asked for.</summary>
    private protected StoredObject MakeVolume(
        string name, StoredObject? claim = null, string size = "5Gi", string className = "fast", string more = "")
    {
        var annotations = claim is null ? "" : """, "annotations": {"pv.kubernetes.io/provisioned-by": "csi.example.com"}""";
        var reference = claim is null ? "" : $$""", "claimRef": {"namespace": "default", "name": "{{claim.Name}}", "uid": "{{claim.Uid}}"}""";
        return Make("persistentvolumes", $$"""
            {"metadata": {"name": "{{name}}" {{annotations}} },
             "spec": {"capacity": {"storage": "{{size}}"}, "accessModes": ["ReadWriteOnce"], "persistentVolumeReclaimPolicy": "Delete",
                      "storageClassName": "{{className}}", "csi": {"driver": "csi.example.com", "volumeHandle": "handle-{{name}}"}
                      {{reference}} {{more}} } }
            """);
    }

    private protected StoredObject MakePod(string name, string claim) => Make("pods", $$"""
        {"metadata": {"name": "{{name}}", "namespace": "default"},
         "spec": {"containers": [{"name": "c", "image": "i"}], "volumes": [{"name": "v", "persistentVolumeClaim": {"claimName": "{{claim}}"} }]} }
        """);

    private protected StoredObject MakeNode(string name, string labels = "{}")
    {
        Make("nodes", $$"""{"metadata": {"name": "{{name}}", "labels": {{labels}} } }""");
        return Storage.Patch(
            "nodes", null, name, PatchKind.Merge,
            JsonNode.Parse("""{"status":{"conditions":[{"type":"Ready","status":"True"}]}}""")!, "status").Value;
    }
}

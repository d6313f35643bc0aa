using System.Globalization;
using System.Text.Json.Nodes;

namespace Sidecars.Bench;

/// <summary>The objects that measurements are made of, all with the bench's label, made many at a time.</summary>
internal sealed class BenchObjects(ClusterApi api)
{
    /// <summary>What the names of all of them begin with.</summary>
    public const string Prefix = "sidecar-bench-";

    public const string StorageClass = Prefix + "class";
    public const string SnapshotClass = Prefix + "snapshots";
    public const string Node = Prefix + "node";

    /// <summary>The claims that stand by have names of their own.</summary>
    public const string Standing = Prefix + "standing-";

    private const int AtATime = 16;
    private const int NodesOfPods = 100;

    /// <summary>The finalizer that keeps a volume until the driver has deleted its own.</summary>
    private const string ProvisionerFinalizer = "external-provisioner.volume.kubernetes.io/finalizer";

    public ClusterApi Api => api;

    /// <summary>The name of a numbered object.</summary>
    public static string Name(int index, string prefix = Prefix) => prefix + index.ToString(CultureInfo.InvariantCulture);

    /// <summary>Does something for each number below the count, many at a time.</summary>
    public static Task ForEach(int count, Func<int, CancellationToken, Task> make, CancellationToken stop) =>
        Parallel.ForEachAsync(Enumerable.Range(0, count), new ParallelOptions { MaxDegreeOfParallelism = AtATime, CancellationToken = stop }, async (index, token) => await make(index, token));

    public async Task MakeNamespace(CancellationToken stop) =>
        await api.Ensure(Resource.Namespaces, $$$"""{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"{{{Resource.Namespace}}}","labels":{"{{{OwnObjects.Label}}}":""} } }""", "application/json", stop);

    public Task MakeStorageClass(CancellationToken stop) => api.Create(Resource.StorageClasses, Object($$$"""
        {"metadata":{"name":"{{{StorageClass}}}"},"provisioner":"{{{NullDriver.Name}}}","allowVolumeExpansion":true}
        """), stop);

    public Task MakeSnapshotClass(CancellationToken stop) => api.Create(Resource.SnapshotClasses, Object($$$"""
        {"metadata":{"name":"{{{SnapshotClass}}}"},"driver":"{{{NullDriver.Name}}}","deletionPolicy":"Delete"}
        """), stop);

    /// <summary>A node on which the driver runs.</summary>
    public async Task MakeNode(CancellationToken stop)
    {
        var node = await api.Create(Resource.Nodes, Object($$$"""{"metadata":{"name":"{{{Node}}}"} }"""), stop);
        await api.Create(Resource.CsiNodes, Object($$$"""
            {"metadata":{"name":"{{{Node}}}","ownerReferences":[{"apiVersion":"v1","kind":"Node","name":"{{{Node}}}","uid":"{{{node["metadata"]!["uid"]}}}"}]},
             "spec":{"drivers":[{"name":"{{{NullDriver.Name}}}","nodeID":"node-1","topologyKeys":[]}]} }
            """), stop);
    }

    /// <summary>A claim that waits for its volume.</summary>
    public Task<JsonObject> MakeClaim(string name, CancellationToken stop, string volume = "") => api.Create(Resource.Claims, Object($$$"""
        {"metadata":{"name":"{{{name}}}","annotations":{"volume.kubernetes.io/storage-provisioner":"{{{NullDriver.Name}}}"{{{(volume.Length > 0 ? ",\"pv.kubernetes.io/bind-completed\":\"yes\"" : "")}}}} },
         "spec":{"storageClassName":"{{{StorageClass}}}","accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"} }{{{(volume.Length > 0 ? $",\"volumeName\":\"{volume}\"" : "")}}}} }
        """), stop);

    /// <summary>A volume of the driver for a claim, of which nobody may know.</summary>
    public Task<JsonObject> MakeVolume(string name, CancellationToken stop, string finalizer = ProvisionerFinalizer, string claimUid = "00000000-0000-4000-8000-000000000000") =>
        api.Create(Resource.Volumes, Object($$$"""
        {"metadata":{"name":"{{{name}}}","annotations":{"pv.kubernetes.io/provisioned-by":"{{{NullDriver.Name}}}"},"finalizers":["{{{finalizer}}}"]},
         "spec":{"capacity":{"storage":"1Gi"},"accessModes":["ReadWriteOnce"],"persistentVolumeReclaimPolicy":"Delete","storageClassName":"{{{StorageClass}}}",
          "claimRef":{"kind":"PersistentVolumeClaim","namespace":"{{{Resource.Namespace}}}","name":"{{{name}}}","uid":"{{{claimUid}}}"},
          "csi":{"driver":"{{{NullDriver.Name}}}","volumeHandle":"v-{{{name}}}","fsType":"ext4","volumeAttributes":{"storage.kubernetes.io/csiProvisionerIdentity":"bench"} } } }
        """), stop);

    /// <summary>A claim with its volume, both bound, as the cluster's own controllers leave them.</summary>
    public async Task MakeBoundClaim(string name, CancellationToken stop)
    {
        var claim = await MakeClaim(name, stop, volume: name);
        await MakeVolume(name, stop, claimUid: claim["metadata"]!["uid"]!.ToString());
        await api.Patch(Resource.Volumes, name, """{"status":{"phase":"Bound"}}""", stop, isStatus: true);
        await api.Patch(Resource.Claims, name, """{"status":{"phase":"Bound","capacity":{"storage":"1Gi"},"accessModes":["ReadWriteOnce"]}}""", stop, isStatus: true);
    }

    /// <summary>A pod that uses a claim on a node that no kubelet looks after.</summary>
    public Task<JsonObject> MakePod(int index, CancellationToken stop) => api.Create(Resource.Pods, Object($$$"""
        {"metadata":{"name":"{{{Name(index)}}}"},
         "spec":{"nodeName":"{{{Name(index % NodesOfPods, Prefix + "nowhere-")}}}","automountServiceAccountToken":false,
          "containers":[{"name":"c","image":"registry.example.com/app:1","env":[{"name":"A","value":"some value"},{"name":"B","value":"another value"}],"volumeMounts":[{"name":"d","mountPath":"/d"}]}],
          "volumes":[{"name":"d","persistentVolumeClaim":{"claimName":"{{{Name(index, Standing)}}}"} }]} }
        """), stop);

    /// <summary>The account that a server may want pods to have.</summary>
    public async Task MakeServiceAccount(CancellationToken stop) =>
        await api.Ensure(Resource.ServiceAccounts, $$$"""{"apiVersion":"v1","kind":"ServiceAccount","metadata":{"name":"default","labels":{"{{{OwnObjects.Label}}}":""} } }""", "application/json", stop);

    /// <summary>An object from its text, with the bench's label.</summary>
    public static JsonObject Object(string text)
    {
        var content = JsonNode.Parse(text)!.AsObject();
        content["metadata"]!["labels"] = new JsonObject { [OwnObjects.Label] = "" };
        return content;
    }
}

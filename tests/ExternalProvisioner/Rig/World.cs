using System.Text;
using System.Text.Json.Nodes;
using Sidecars.EmbeddedCluster;
using Sidecars.Tests.Support;
using Sidecars.Tests.Support.Controllers;

namespace Sidecars.ExternalProvisioner.Tests;

/// <summary>The state of the cluster with what a provisioner works on.</summary>
internal sealed class World(Storage storage) : ClusterWorld(storage)
{
    public const string Snapshots = "volumesnapshots";
    public const string AttributesClasses = "volumeattributesclasses";
    private const string AttributesClassKind = "volumeattributesclasses.storage.k8s.io";

    public StoredObject Add(TestClass made) => Create("storageclasses", made.ToJson());

    public StoredObject Add(TestClaim made) => Create(Claims, made.ToJson());

    public StoredObject Add(TestVolume made)
    {
        Create(Volumes, made.ToJson());
        return SetPhase(made.Name, made.Phase);
    }

    /// <summary>A node with labels such as <c>zone=z1 rack=r1</c>, and the driver on it with those of them as its keys, or none; null is without the driver.</summary>
    public void AddPlacedNode(string name, string labels, string? keys)
    {
        Create("nodes", new JsonObject { ["metadata"] = new JsonObject { ["name"] = name, ["labels"] = new JsonObject(Words(labels).Select(l => l.Split('=')).Select(l => KeyValuePair.Create(l[0], (JsonNode?)l[1]))) } });
        AddDriverNode(name, keys);
    }

    /// <summary>What the kubelet notes of the driver on a node.</summary>
    public void AddDriverNode(string name, string? keys)
    {
        var drivers = new JsonArray();
        if (keys is not null)
        {
            drivers.Add(new JsonObject
            {
                ["name"] = ScriptedDriverOptions.DefaultName, ["nodeID"] = $"id-{name}", ["topologyKeys"] = new JsonArray([.. Words(keys).Select(k => JsonValue.Create(k))]),
            });
        }
        Create(Nodes, new JsonObject { ["metadata"] = new JsonObject { ["name"] = name }, ["spec"] = new JsonObject { ["drivers"] = drivers } });
    }

    public StoredObject AddSecret(string name, params (string Key, string Value)[] data) =>
        AddSecret(name, [.. data.Select(d => (d.Key, Encoding.UTF8.GetBytes(d.Value)))]);

    public StoredObject Attach(string volume, string node) => Create(Attachments, new JsonObject
    {
        ["metadata"] = new JsonObject { ["name"] = $"of-{volume}-{node}" },
        ["spec"] = new JsonObject
        {
            ["attacher"] = ScriptedDriverOptions.DefaultName,
            ["nodeName"] = node,
            ["source"] = new JsonObject { ["persistentVolumeName"] = volume },
        },
    });

    public StoredObject AddAttributesClass(string name, string driver = ScriptedDriverOptions.DefaultName, string version = "v1") => Create(AttributesClasses, new JsonObject
    {
        ["apiVersion"] = $"storage.k8s.io/{version}",
        ["kind"] = "VolumeAttributesClass",
        ["metadata"] = new JsonObject { ["name"] = name },
        ["driverName"] = driver,
        ["parameters"] = new JsonObject { ["iops"] = "5000" },
    });

    /// <summary>
    /// Has a cluster without classes of attributes serve them as one of an earlier release does, in v1beta1 alone;
    /// <see cref="UpgradeAttributesClassKind"/> makes it the next release.
    /// </summary>
    public StoredObject AddOldAttributesClassKind() => Create("customresourcedefinitions", new JsonObject
    {
        ["metadata"] = new JsonObject
        {
            ["name"] = AttributesClassKind,
            ["annotations"] = new JsonObject { ["api-approved.kubernetes.io"] = "unapproved, a test" },
        },
        ["spec"] = new JsonObject
        {
            ["group"] = "storage.k8s.io",
            ["scope"] = "Cluster",
            ["names"] = new JsonObject
            {
                ["plural"] = AttributesClasses, ["singular"] = "volumeattributesclass", ["kind"] = "VolumeAttributesClass", ["listKind"] = "VolumeAttributesClassList",
            },
            ["versions"] = AttributesClassVersions(beta: true),
        },
    });

    public void UpgradeAttributesClassKind() => Patch("customresourcedefinitions", AttributesClassKind,
        new JsonObject { ["spec"] = new JsonObject { ["versions"] = AttributesClassVersions(beta: false) } }.ToJsonString());

    /// <summary>Has the cluster serve snapshots.</summary>
    public void AddSnapshotKinds()
    {
        foreach (var definition in SnapshotKinds.Definitions) Create("customresourcedefinitions", definition);
    }

    /// <summary>Has the cluster serve grants of one namespace to another.</summary>
    public void AddGrantKind() => Create("customresourcedefinitions", JsonNode.Parse("""
        {"metadata":{"name":"referencegrants.gateway.networking.k8s.io","annotations":{"api-approved.kubernetes.io":"unapproved, a test"}},
         "spec":{"group":"gateway.networking.k8s.io","scope":"Namespaced","names":{"plural":"referencegrants","singular":"referencegrant","kind":"ReferenceGrant","listKind":"ReferenceGrantList"},
          "versions":[{"name":"v1beta1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object","x-kubernetes-preserve-unknown-fields":true}}}]}}
        """)!.AsObject());

    /// <summary>Lets claims of a namespace use what another has of a kind.</summary>
    public StoredObject AddGrant(string of, string to, string group, string kind) => Create("referencegrants", JsonNode.Parse($$$"""
        {"apiVersion":"gateway.networking.k8s.io/v1beta1","kind":"ReferenceGrant","metadata":{"name":"g","namespace":"{{{of}}}"},
         "spec":{"from":[{"group":"","kind":"PersistentVolumeClaim","namespace":"{{{to}}}"}],"to":[{"group":"{{{group}}}","kind":"{{{kind}}}"}]} }
        """)!.AsObject());

    /// <summary>A snapshot that is ready, with its content "content-of-" and its name, which is "handle-of-" and its name at the driver.</summary>
    public void AddReadySnapshot(string name, string ns = Namespace)
    {
        var snapshot = Create(Snapshots, new JsonObject
        {
            ["apiVersion"] = "snapshot.storage.k8s.io/v1",
            ["kind"] = "VolumeSnapshot",
            ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = ns },
        });
        Patch(Snapshots, name, $$$"""{"status":{"boundVolumeSnapshotContentName":"content-of-{{{name}}}","readyToUse":true,"restoreSize":"1Gi"} }""", "status", ns);
        Create("volumesnapshotcontents", new JsonObject
        {
            ["apiVersion"] = "snapshot.storage.k8s.io/v1",
            ["kind"] = "VolumeSnapshotContent",
            ["metadata"] = new JsonObject { ["name"] = $"content-of-{name}" },
            ["spec"] = new JsonObject
            {
                ["driver"] = ScriptedDriverOptions.DefaultName,
                ["volumeSnapshotRef"] = new JsonObject { ["name"] = name, ["namespace"] = ns, ["uid"] = snapshot.Uid },
            },
        });
        Patch("volumesnapshotcontents", $"content-of-{name}", $$$"""{"status":{"snapshotHandle":"handle-of-{{{name}}}"} }""", "status");
    }

    public StoredObject AddSnapshot(string name, string finalizer, string ns = Namespace) => Create(Snapshots, new JsonObject
    {
        ["apiVersion"] = "snapshot.storage.k8s.io/v1",
        ["kind"] = "VolumeSnapshot",
        ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = ns, ["finalizers"] = new JsonArray(finalizer) },
    });

    /// <summary>The volume of a claim as soon as it stands in the API.</summary>
    public Task<JsonObject> UntilProvisioned(StoredObject claim) => UntilExists(Volumes, $"pvc-{claim.Uid}");

    public Task<JsonObject> UntilBound(string claim) => Until(Claims, claim, c => Text(c, "status", "phase") == "Bound");

    /// <summary>The message of the first event about an object with that reason whose message holds the text.</summary>
    public async Task<string> UntilEvent(string about, string reason, string text = "") => Text(await UntilEventObject(about, reason, text), "message");

    private static string[] Words(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static JsonArray AttributesClassVersions(bool beta) =>
    [
        .. new[] { ("v1", !beta), ("v1beta1", beta) }.Select(version => new JsonObject
        {
            ["name"] = version.Item1,
            ["served"] = version.Item2,
            ["storage"] = version.Item1 == "v1",
            ["schema"] = new JsonObject { ["openAPIV3Schema"] = new JsonObject { ["type"] = "object", ["x-kubernetes-preserve-unknown-fields"] = true } },
        }),
    ];
}

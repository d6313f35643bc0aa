using System.Text.Json.Nodes;
using Sidecars.EmbeddedCluster;
using Sidecars.Tests.Support;
using Sidecars.Tests.Support.Controllers;

namespace Sidecars.SnapshotController.Tests;

/// <summary>The state of the cluster with what the snapshot controller works on.</summary>
internal sealed class World(Storage storage) : ClusterWorld(storage)
{
    public const string Snapshots = "volumesnapshots";
    public const string Contents = "volumesnapshotcontents";
    public const string Classes = "volumesnapshotclasses";
    public const string Groups = "volumegroupsnapshots";
    public const string GroupContents = "volumegroupsnapshotcontents";
    public const string GroupClasses = "volumegroupsnapshotclasses";
    public const string Driver = ScriptedDriverOptions.DefaultName;
    public const string Created = "2026-01-01T00:00:00Z";
    public const string OneGibibyte = "1073741824";

    private static readonly DateTimeOffset s_today = TimeProvider.System.GetUtcNow();

    public void AddSnapshotKinds()
    {
        foreach (var definition in SnapshotKinds.Definitions) Create("customresourcedefinitions", definition);
    }

    public void AddGroupKinds()
    {
        foreach (var definition in SnapshotKinds.GroupDefinitions) Create("customresourcedefinitions", definition);
    }

    /// <summary>A claim that is bound to volume "pv-" and its name, of handle "handle-" and its name.</summary>
    public StoredObject AddClaim(string name, string driver = Driver, string labels = "{}", string ns = Namespace)
    {
        var claim = AddUnboundClaim(name, labels, $"pv-{name}", ns);
        AddVolume($"pv-{name}", $$$"""{"csi":{"driver":"{{{driver}}}","volumeHandle":"handle-{{{name}}}"} }""", name, claim.Uid, ns: ns);
        Patch(Claims, name, """{"status":{"phase":"Bound"}}""", "status", ns);
        return claim;
    }

    /// <summary>The same, of a volume that is reached from the nodes of a zone alone.</summary>
    public void AddClaimOfZone(string name, string zone)
    {
        var claim = AddUnboundClaim(name, volume: $"pv-{name}");
        var affinity = $$$"""{"required":{"nodeSelectorTerms":[{"matchExpressions":[{"key":"zone","operator":"In","values":["{{{zone}}}"]}]}]} }""";
        AddVolume($"pv-{name}", $$$"""{"csi":{"driver":"{{{Driver}}}","volumeHandle":"handle-{{{name}}}"},"nodeAffinity":{{{affinity}}} }""", name, claim.Uid);
        Patch(Claims, name, """{"status":{"phase":"Bound"}}""", "status");
    }

    public StoredObject AddUnboundClaim(string name, string labels = "{}", string volume = "", string ns = Namespace, string more = "{}")
    {
        var spec = Json($$$"""{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"} } }""");
        foreach (var (key, value) in Json(more)) spec[key] = value?.DeepClone();
        if (volume.Length > 0) spec["volumeName"] = volume;
        return Create(Claims, new JsonObject { ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = ns, ["labels"] = Json(labels) }, ["spec"] = spec });
    }

    public StoredObject AddVolume(string name, string source, string claim, string claimUid, string mode = "Filesystem", string ns = Namespace)
    {
        var spec = Json(source);
        spec["capacity"] = new JsonObject { ["storage"] = "1Gi" };
        spec["accessModes"] = new JsonArray("ReadWriteOnce");
        spec["persistentVolumeReclaimPolicy"] = "Delete";
        spec["volumeMode"] = mode;
        spec["claimRef"] = new JsonObject { ["kind"] = "PersistentVolumeClaim", ["namespace"] = ns, ["name"] = claim, ["uid"] = claimUid };
        return Create(Volumes, new JsonObject { ["metadata"] = new JsonObject { ["name"] = name }, ["spec"] = spec });
    }

    /// <summary>A claim that waits to be filled from a snapshot.</summary>
    public StoredObject AddRestore(string name, string snapshot, string mode = "Filesystem", string field = "dataSource", string ns = Namespace)
    {
        var source = $$$"""{"apiGroup":"snapshot.storage.k8s.io","kind":"VolumeSnapshot","name":"{{{snapshot}}}"{{{(ns == Namespace ? "" : $",\"namespace\":\"{Namespace}\"")}}} }""";
        return AddUnboundClaim(name, more: $$$"""{"volumeMode":"{{{mode}}}","{{{field}}}":{{{source}}} }""", ns: ns);
    }

    public StoredObject AddClass(string name, string policy = "Delete", string driver = Driver, string parameters = "{}", bool isDefault = false) =>
        Create(Classes, ClassOf("snapshot.storage.k8s.io/v1", "VolumeSnapshotClass", name, policy, driver, parameters, isDefault ? WellKnown.DefaultClass : null));

    public StoredObject AddGroupClass(string name, string policy = "Delete", string driver = Driver, string parameters = "{}", bool isDefault = false) =>
        Create(GroupClasses, ClassOf("groupsnapshot.storage.k8s.io/v1", "VolumeGroupSnapshotClass", name, policy, driver, parameters, isDefault ? WellKnown.DefaultGroupClass : null));

    /// <summary>A snapshot of a claim.</summary>
    public StoredObject AddSnapshot(string name, string claim = "a", string? className = "snap") =>
        CreateSnapshot(name, $$$"""{"persistentVolumeClaimName":"{{{claim}}}"}""", className);

    /// <summary>A snapshot of claim "a" that says it belongs to a group.</summary>
    public StoredObject AddGroupMember(string name, string group) =>
        Create(Snapshots, Json($$$"""
            {"apiVersion":"snapshot.storage.k8s.io/v1","kind":"VolumeSnapshot",
             "metadata":{"name":"{{{name}}}","namespace":"{{{Namespace}}}","ownerReferences":[{"apiVersion":"groupsnapshot.storage.k8s.io/v1","kind":"VolumeGroupSnapshot","name":"{{{group}}}","uid":"group-uid"}]},
             "spec":{"source":{"persistentVolumeClaimName":"a"} } }
            """));

    /// <summary>A snapshot of a content that is there already, or not yet.</summary>
    public StoredObject AddImport(string name, string content, string? className = null) =>
        CreateSnapshot(name, $$$"""{"volumeSnapshotContentName":"{{{content}}}"}""", className);

    /// <summary>A content an administrator makes for a snapshot.</summary>
    public StoredObject AddContent(string name, string snapshot, string policy = "Delete", string uid = "", string source = """{"snapshotHandle":"old"}""", string metadata = "{}", string? className = null, string driver = Driver)
    {
        var meta = Json(metadata);
        meta["name"] = name;
        var reference = new JsonObject { ["kind"] = "VolumeSnapshot", ["apiVersion"] = "snapshot.storage.k8s.io/v1", ["namespace"] = Namespace, ["name"] = snapshot };
        if (uid.Length > 0) reference["uid"] = uid;
        var spec = new JsonObject { ["driver"] = driver, ["deletionPolicy"] = policy, ["source"] = Json(source), ["volumeSnapshotRef"] = reference };
        if (className is not null) spec["volumeSnapshotClassName"] = className;
        return Create(Contents, new JsonObject { ["apiVersion"] = "snapshot.storage.k8s.io/v1", ["kind"] = "VolumeSnapshotContent", ["metadata"] = meta, ["spec"] = spec });
    }

    public StoredObject AddGroup(string name, string source, string? className = "group")
    {
        var spec = new JsonObject { ["source"] = Json(source) };
        if (className is not null) spec["volumeGroupSnapshotClassName"] = className;
        return Create(Groups, new JsonObject
        {
            ["apiVersion"] = "groupsnapshot.storage.k8s.io/v1", ["kind"] = "VolumeGroupSnapshot",
            ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = Namespace }, ["spec"] = spec,
        });
    }

    /// <summary>A content an administrator makes for a group.</summary>
    public StoredObject AddGroupContent(string name, string group, string policy = "Delete", string metadata = "{}")
    {
        var meta = Json(metadata);
        meta["name"] = name;
        var spec = Json($$$"""
            {"driver":"{{{Driver}}}","deletionPolicy":"{{{policy}}}","source":{"groupSnapshotHandles":{"volumeGroupSnapshotHandle":"old","volumeSnapshotHandles":["x"]} },
             "volumeGroupSnapshotRef":{"kind":"VolumeGroupSnapshot","name":"{{{group}}}","namespace":"{{{Namespace}}}"} }
            """);
        return Create(GroupContents, new JsonObject { ["apiVersion"] = "groupsnapshot.storage.k8s.io/v1", ["kind"] = "VolumeGroupSnapshotContent", ["metadata"] = meta, ["spec"] = spec });
    }

    /// <summary>The sidecar's part: the driver has taken the snapshot.</summary>
    public StoredObject Taken(string content, bool ready = true, string time = "1767225600000000000", string size = OneGibibyte) =>
        Patch(Contents, content, $$$"""{"status":{"snapshotHandle":"snap-of-{{{content}}}","creationTime":{{{time}}},"restoreSize":{{{size}}},"readyToUse":{{{(ready ? "true" : "false")}}},"error":null} }""", "status");

    /// <summary>The sidecar's part: the driver has taken the group, a snapshot of each of these volumes.</summary>
    public StoredObject GroupTaken(string content, IEnumerable<string> volumes, bool ready = true, string group = "the-group", string time = Created)
    {
        var flag = ready ? "true" : "false";
        var nanoseconds = $"{DateTimeOffset.Parse(time, System.Globalization.CultureInfo.InvariantCulture).ToUnixTimeSeconds()}000000000";
        var infos = string.Join(',', volumes.Select(volume =>
            $$$"""{"volumeHandle":"{{{volume}}}","snapshotHandle":"{{{(group is "the-group" ? "snap" : group)}}}-of-{{{volume}}}","creationTime":{{{nanoseconds}}},"restoreSize":{{{OneGibibyte}}},"readyToUse":{{{flag}}} }"""));
        return Patch(GroupContents, content,
            $$$"""{"status":{"volumeGroupSnapshotHandle":"{{{group}}}","creationTime":"{{{time}}}","readyToUse":{{{flag}}},"volumeSnapshotInfoList":[{{{infos}}}]} }""", "status");
    }

    /// <summary>The sidecar's part: the driver has refused.</summary>
    public StoredObject Refused(string content, string message) =>
        Patch(Contents, content, $$$"""{"status":{"readyToUse":false,"error":{"time":"{{{Created}}}","message":"{{{message}}}"} } }""", "status");

    /// <summary>The sidecar's part: the content may go.</summary>
    public void LetGo(string content, string resource = Contents) => Patch(resource, content, """{"metadata":{"finalizers":null}}""");

    /// <summary>A time so many hours after the claims of today were made, as the driver says it.</summary>
    public static string Later(int hours) => $"{s_today.AddHours(hours).ToUnixTimeSeconds()}000000000";

    /// <summary>The same, as a status says it.</summary>
    public static string LaterText(int hours) => s_today.AddHours(hours).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);

    public Task<JsonObject> UntilReady(string snapshot) => Until(Snapshots, snapshot, IsReady);

    /// <summary>The message of the status as soon as it holds the text.</summary>
    public async Task<string> UntilError(string snapshot, string text, string resource = Snapshots) =>
        Text(await Until(resource, snapshot, s => Text(s, "status", "error", "message") is { Length: > 0 } message && message.Contains(text, StringComparison.Ordinal)), "status", "error", "message");

    public static bool IsReady(JsonObject snapshot) => snapshot["status"]?["readyToUse"]?.GetValue<bool>() ?? false;

    public static bool IsBeingDeleted(JsonObject item) => item["metadata"]!["deletionTimestamp"] is not null;

    public static string? Annotation(JsonObject item, string key) => item["metadata"]?["annotations"]?[key]?.GetValue<string>();

    public static JsonObject Json(string text) => JsonNode.Parse(text)!.AsObject();

    private StoredObject CreateSnapshot(string name, string source, string? className)
    {
        var spec = new JsonObject { ["source"] = Json(source) };
        if (className is not null) spec["volumeSnapshotClassName"] = className;
        return Create(Snapshots, new JsonObject
        {
            ["apiVersion"] = "snapshot.storage.k8s.io/v1", ["kind"] = "VolumeSnapshot",
            ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = Namespace }, ["spec"] = spec,
        });
    }

    private static JsonObject ClassOf(string api, string kind, string name, string policy, string driver, string parameters, string? mark)
    {
        var metadata = new JsonObject { ["name"] = name };
        if (mark is not null) metadata["annotations"] = new JsonObject { [mark] = "true" };
        return new JsonObject { ["apiVersion"] = api, ["kind"] = kind, ["metadata"] = metadata, ["driver"] = driver, ["deletionPolicy"] = policy, ["parameters"] = Json(parameters) };
    }
}

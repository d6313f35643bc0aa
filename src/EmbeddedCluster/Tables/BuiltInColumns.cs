using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster;

/// <summary>What <c>kubectl get</c> shows of the built-in kinds, column by column as the real server prints them.</summary>
internal static class BuiltInColumns
{
    private const string None = "<none>";
    private const string Unset = "<unset>";
    private const string BetaClass = "volume.beta.kubernetes.io/storage-class";
    private const string DefaultClass = "storageclass.kubernetes.io/is-default-class";
    private const string BetaDefaultClass = "storageclass.beta.kubernetes.io/is-default-class";

    public static readonly TableColumn[] Namespaces = [Name(), Text("Status", o => o.Text("status", "phase")), TableColumn.Age];

    public static readonly TableColumn[] Nodes =
    [
        Name(), Text("Status", NodeStatus), Text("Roles", NodeRoles), TableColumn.Age, Text("Version", o => o.Text("status", "nodeInfo", "kubeletVersion")),
        Wide("Internal-IP", o => Address(o, "InternalIP")), Wide("External-IP", o => Address(o, "ExternalIP")),
        Wide("OS-Image", o => OrUnknown(o.Text("status", "nodeInfo", "osImage"))), Wide("Kernel-Version", o => OrUnknown(o.Text("status", "nodeInfo", "kernelVersion"))),
        Wide("Container-Runtime", o => OrUnknown(o.Text("status", "nodeInfo", "containerRuntimeVersion"))),
    ];

    public static readonly TableColumn[] Pods =
    [
        Name(), Text("Ready", PodReady), Text("Status", PodStatus), Text("Restarts", PodRestarts), TableColumn.Age,
        Wide("IP", o => o.Text("status", "podIP") ?? None), Wide("Node", o => OrNone(o.Text("spec", "nodeName"))),
        Wide("Nominated Node", o => OrNone(o.Text("status", "nominatedNodeName"))), Wide("Readiness Gates", _ => None),
    ];

    public static readonly TableColumn[] Secrets = [Name(), Text("Type", o => o.Text("type")), Count("Data", o => o.Object("data")?.Count ?? 0), TableColumn.Age];

    public static readonly TableColumn[] ConfigMaps =
        [Name(), Count("Data", o => (o.Object("data")?.Count ?? 0) + (o.Object("binaryData")?.Count ?? 0)), TableColumn.Age];

    public static readonly TableColumn[] Services =
    [
        Name(), Text("Type", o => o.Text("spec", "type")), Text("Cluster-IP", o => OrNone(o.Text("spec", "clusterIP"))),
        Text("External-IP", o => o.Text("spec", "type") is "LoadBalancer" ? "<pending>" : OrNone(o.Text("spec", "externalName") ?? string.Join(',', o.Array("spec", "externalIPs").Texts()))),
        Text("Port(s)", o => OrNone(string.Join(',', o.Array("spec", "ports").Objects().Select(ServicePort)))), TableColumn.Age,
        Wide("Selector", o => OrNone(Pairs(o.Object("spec", "selector")))),
    ];

    public static readonly TableColumn[] DisruptionBudgets =
    [
        Name(), Text("Min Available", o => o.At("spec", "minAvailable")?.ToString() ?? "N/A"), Text("Max Unavailable", o => o.At("spec", "maxUnavailable")?.ToString() ?? "N/A"),
        Count("Allowed Disruptions", o => o.Integer("status", "disruptionsAllowed") ?? 0), TableColumn.Age,
    ];

    public static readonly TableColumn[] DaemonSets =
    [
        Name(), Count("Desired", o => o.Integer("status", "desiredNumberScheduled") ?? 0), Count("Current", o => o.Integer("status", "currentNumberScheduled") ?? 0),
        Count("Ready", o => o.Integer("status", "numberReady") ?? 0), Count("Up-to-date", o => o.Integer("status", "updatedNumberScheduled") ?? 0),
        Count("Available", o => o.Integer("status", "numberAvailable") ?? 0),
        Text("Node Selector", o => OrNone(Pairs(o.Object("spec", "template", "spec", "nodeSelector")))), TableColumn.Age, .. Workload,
    ];

    public static readonly TableColumn[] Revisions =
    [
        Name(), Text("Controller", Owner), Count("Revision", o => o.Integer("revision") ?? 0), TableColumn.Age,
    ];

    public static readonly TableColumn[] NetworkPolicies = [Name(), Text("Pod-Selector", o => OrNone(Pairs(o.Object("spec", "podSelector", "matchLabels")))), TableColumn.Age];

    /// <summary>Of Deployments, ReplicaSets and StatefulSets, by their short names.</summary>
    public static TableColumn[] Replicated(string kind) =>
    [
        Name(),
        .. kind switch
        {
            "deploy" => new[]
            {
                Text("Ready", Readiness), Count("Up-to-date", o => o.Integer("status", "updatedReplicas") ?? 0),
                Count("Available", o => o.Integer("status", "availableReplicas") ?? 0),
            },
            "rs" =>
            [
                Count("Desired", o => o.Integer("spec", "replicas") ?? 0), Count("Current", o => o.Integer("status", "replicas") ?? 0),
                Count("Ready", o => o.Integer("status", "readyReplicas") ?? 0),
            ],
            _ => [Text("Ready", Readiness)],
        },
        TableColumn.Age,
        .. kind == "sts" ? Workload[..2] : Workload,
    ];

    private static TableColumn[] Workload =>
    [
        Wide("Containers", o => string.Join(',', o.Array("spec", "template", "spec", "containers").Objects().Select(container => container.Text("name")))),
        Wide("Images", o => string.Join(',', o.Array("spec", "template", "spec", "containers").Objects().Select(container => container.Text("image")))),
        Wide("Selector", o => OrNone(Pairs(o.Object("spec", "selector", "matchLabels")))),
    ];

    private static string Readiness(JsonObject o) => $"{o.Integer("status", "readyReplicas") ?? 0}/{o.Integer("spec", "replicas") ?? 0}";

    private static string Owner(JsonObject o) => o.Array("metadata", "ownerReferences").Objects().FirstOrDefault(owner => owner.Flag("controller") == true) is { } owner
        ? $"{owner.Text("kind")?.ToLowerInvariant()}.apps/{owner.Text("name")}" : None;

    public static readonly TableColumn[] Events =
    [
        Ago("Last Seen", o => o.Text("series", "lastObservedTime") ?? o.Text("lastTimestamp") ?? o.Text("eventTime")),
        Text("Type", o => o.Text("type")), Text("Reason", o => o.Text("reason")),
        Text("Object", o => $"{o.Text("involvedObject", "kind")?.ToLowerInvariant()}/{o.Text("involvedObject", "name")}"),
        Wide("Subobject", o => o.Text("involvedObject", "fieldPath")),
        Wide("Source", o => string.Join(", ", new[] { o.Text("source", "component") ?? o.Text("reportingComponent"), o.Text("source", "host") }.Where(part => !string.IsNullOrEmpty(part)))),
        Text("Message", o => o.Text("message")?.Trim()),
        Ago("First Seen", o => o.Text("firstTimestamp") ?? o.Text("eventTime")) with { Priority = 1 },
        Count("Count", o => o.Integer("count") ?? 1) with { Priority = 1 },
        Wide("Name", o => o.Text("metadata", "name")) with { Format = "name" },
    ];

    public static readonly TableColumn[] Volumes =
    [
        Name(), Text("Capacity", o => o.Text("spec", "capacity", "storage")), Text("Access Modes", o => Modes(o.Array("spec", "accessModes"))),
        Text("Reclaim Policy", o => o.Text("spec", "persistentVolumeReclaimPolicy")), Text("Status", o => Phase(o)),
        Text("Claim", o => o.Object("spec", "claimRef") is { } claim ? $"{claim.Text("namespace")}/{claim.Text("name")}" : ""),
        Text("StorageClass", o => o.Text("metadata", "annotations", BetaClass) ?? o.Text("spec", "storageClassName")),
        Text("VolumeAttributesClass", o => o.Text("spec", "volumeAttributesClassName") ?? Unset), Text("Reason", o => o.Text("status", "reason")),
        TableColumn.Age, Wide("VolumeMode", o => o.Text("spec", "volumeMode") ?? Unset),
    ];

    public static readonly TableColumn[] Claims =
    [
        Name(), Text("Status", o => Phase(o)), Text("Volume", o => o.Text("spec", "volumeName")),
        Text("Capacity", o => IsBoundTo(o) ? o.Text("status", "capacity", "storage") : ""),
        Text("Access Modes", o => IsBoundTo(o) ? Modes(o.Array("status", "accessModes")) : ""),
        Text("StorageClass", o => o.Text("metadata", "annotations", BetaClass) ?? o.Text("spec", "storageClassName")),
        Text("VolumeAttributesClass", o => o.Text("spec", "volumeAttributesClassName") ?? Unset), TableColumn.Age,
        Wide("VolumeMode", o => o.Text("spec", "volumeMode") ?? Unset),
    ];

    public static readonly TableColumn[] StorageClasses =
    [
        new("Name", "string", (o, _) => o.Text("metadata", "name") + (IsDefault(o) ? " (default)" : "")) { Format = "name" },
        Text("Provisioner", o => o.Text("provisioner")), Text("ReclaimPolicy", o => o.Text("reclaimPolicy")), Text("VolumeBindingMode", o => o.Text("volumeBindingMode")),
        Flag("AllowVolumeExpansion", o => o.Flag("allowVolumeExpansion") == true), TableColumn.Age,
    ];

    public static readonly TableColumn[] Attachments =
    [
        Name(), Text("Attacher", o => o.Text("spec", "attacher")), Text("PV", o => o.Text("spec", "source", "persistentVolumeName")),
        Text("Node", o => o.Text("spec", "nodeName")), Flag("Attached", o => o.Flag("status", "attached") == true), TableColumn.Age,
    ];

    public static readonly TableColumn[] CsiNodes = [Name(), Count("Drivers", o => o.Array("spec", "drivers")?.Count ?? 0), TableColumn.Age];

    public static readonly TableColumn[] CsiDrivers =
    [
        Name(), Flag("AttachRequired", o => o.Flag("spec", "attachRequired") != false), Flag("PodInfoOnMount", o => o.Flag("spec", "podInfoOnMount") == true),
        Flag("StorageCapacity", o => o.Flag("spec", "storageCapacity") == true),
        Text("TokenRequests", o => o.Array("spec", "tokenRequests") is { Count: > 0 } requests ? string.Join(",", requests.Objects().Select(request => request.Text("audience"))) : Unset),
        Flag("RequiresRepublish", o => o.Flag("spec", "requiresRepublish") == true),
        Text("Modes", o => string.Join(",", o.Array("spec", "volumeLifecycleModes").Texts())), TableColumn.Age,
    ];

    public static readonly TableColumn[] Capacities =
        [Name(), Text("StorageClassName", o => o.Text("storageClassName")), Text("Capacity", o => o.Text("capacity") ?? Unset), TableColumn.Age];

    public static readonly TableColumn[] AttributesClasses = [Name(), Text("DriverName", o => o.Text("driverName")), TableColumn.Age];

    public static readonly TableColumn[] Leases = [Name(), Text("Holder", o => o.Text("spec", "holderIdentity")), TableColumn.Age];

    private static TableColumn Name() => TableColumn.NameColumn;

    private static TableColumn Text(string name, Func<JsonObject, string?> cell) => new(name, "string", (o, _) => cell(o) ?? "");

    private static TableColumn Wide(string name, Func<JsonObject, string?> cell) => Text(name, cell) with { Priority = 1 };

    private static TableColumn Count(string name, Func<JsonObject, long> cell) => new(name, "integer", (o, _) => cell(o));

    private static TableColumn Flag(string name, Func<JsonObject, bool> cell) => new(name, "boolean", (o, _) => cell(o));

    private static TableColumn Ago(string name, Func<JsonObject, string?> time) => new(name, "string", (o, now) => Ages.Since(time(o), now));

    private static string ServicePort(JsonObject port) =>
        $"{port.Integer("port")}{(port.Integer("nodePort") is > 0 and var node ? $":{node}" : "")}/{port.Text("protocol")}";

    private static string Pairs(JsonObject? labels) => string.Join(',', (labels ?? []).Select(label => $"{label.Key}={JsonReading.AsText(label.Value)}"));

    private static string? Phase(JsonObject o) => o["metadata"].At("deletionTimestamp") is null ? o.Text("status", "phase") : "Terminating";

    private static bool IsBoundTo(JsonObject claim) => !string.IsNullOrEmpty(claim.Text("spec", "volumeName"));

    private static bool IsDefault(JsonObject o) =>
        o.Text("metadata", "annotations", DefaultClass) == "true" || o.Text("metadata", "annotations", BetaDefaultClass) == "true";

    private static string Modes(JsonArray? modes) => string.Join(",", new (string Mode, string Short)[]
    {
        ("ReadWriteOnce", "RWO"), ("ReadOnlyMany", "ROX"), ("ReadWriteMany", "RWX"), ("ReadWriteOncePod", "RWOP"),
    }.Where(pair => modes.Texts().Contains(pair.Mode)).Select(pair => pair.Short));

    private static string NodeStatus(JsonObject node)
    {
        var ready = node.Array("status", "conditions").Objects().FirstOrDefault(condition => condition.Text("type") == "Ready");
        var status = ready is null ? "Unknown" : ready.Text("status") == "True" ? "Ready" : "NotReady";
        return node.Flag("spec", "unschedulable") == true ? status + ",SchedulingDisabled" : status;
    }

    private static string NodeRoles(JsonObject node)
    {
        const string prefix = "node-role.kubernetes.io/";
        var roles = (node.Object("metadata", "labels") ?? []).Where(label => label.Key.StartsWith(prefix, StringComparison.Ordinal))
            .Select(label => label.Key[prefix.Length..]).Order(StringComparer.Ordinal).ToList();
        return roles.Count == 0 ? None : string.Join(",", roles);
    }

    private static string Address(JsonObject node, string type) =>
        node.Array("status", "addresses").Objects().FirstOrDefault(address => address.Text("type") == type).Text("address") ?? None;

    private static string PodReady(JsonObject pod) =>
        $"{pod.Array("status", "containerStatuses").Objects().Count(container => container.Flag("ready") == true)}/{pod.Array("spec", "containers")?.Count ?? 0}";

    private static string PodStatus(JsonObject pod)
    {
        if (pod["metadata"].At("deletionTimestamp") is not null) return "Terminating";
        var waiting = pod.Array("status", "containerStatuses").Objects().Select(container => container.Text("state", "waiting", "reason")).LastOrDefault(reason => !string.IsNullOrEmpty(reason));
        return waiting ?? pod.Text("status", "reason") ?? pod.Text("status", "phase") ?? "";
    }

    private static string PodRestarts(JsonObject pod) =>
        pod.Array("status", "containerStatuses").Objects().Sum(container => container.Integer("restartCount") ?? 0).ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static string OrNone(string? text) => string.IsNullOrEmpty(text) ? None : text;

    private static string OrUnknown(string? text) => string.IsNullOrEmpty(text) ? "<unknown>" : text;
}

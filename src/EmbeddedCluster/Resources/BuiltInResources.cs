namespace Sidecars.EmbeddedCluster;

/// <summary>The resources every cluster serves, with their rules, selectable fields and table columns.</summary>
internal static class BuiltInResources
{
    private const string Storage = "storage.k8s.io";
    private const string Rbac = "rbac.authorization.k8s.io";

    public static ResourceDefinition Namespaces { get; } = Make(
        "", "core.Namespace", "namespaces", false, new NamespaceRules(), hasStatus: true, names: ["ns"], fields: [new("status.phase")], columns: BuiltInColumns.Namespaces);

    public static ResourceDefinition Definitions { get; } = Make(
        "apiextensions.k8s.io", "apiextensions.CustomResourceDefinition", "customresourcedefinitions", false, new CustomResourceDefinitionRules(), hasStatus: true, names: ["crd", "crds"]);

    public static IReadOnlyList<ResourceDefinition> All { get; } =
    [
        Namespaces,
        Make("", "core.Node", "nodes", false, KindRules.None, hasStatus: true, names: ["no"], fields: [new("spec.unschedulable", "false")], columns: BuiltInColumns.Nodes),
        Make("", "core.Pod", "pods", true, new PodRules(), hasStatus: true, names: ["po"], categories: ["all"], columns: BuiltInColumns.Pods, fields:
        [
            new("spec.nodeName"), new("spec.restartPolicy"), new("spec.schedulerName"), new("spec.serviceAccountName"), new("spec.hostNetwork", "false"),
            new("status.phase"), new("status.podIP"), new("status.nominatedNodeName"),
        ]),
        Make("", "core.Secret", "secrets", true, new DataRules(isSecret: true), fields: [new("type")], columns: BuiltInColumns.Secrets),
        Make("", "core.ConfigMap", "configmaps", true, new DataRules(isSecret: false), names: ["cm"], columns: BuiltInColumns.ConfigMaps),
        Make("", "core.ServiceAccount", "serviceaccounts", true, KindRules.None, names: ["sa"]),
        Make("", "core.Service", "services", true, new ServiceRules(), hasStatus: true, names: ["svc"], categories: ["all"], fields: [new("spec.clusterIP"), new("spec.type")], columns: BuiltInColumns.Services),
        Make("", "core.Event", "events", true, new EventRules(), names: ["ev"], columns: BuiltInColumns.Events, fields:
        [
            new("involvedObject.kind"), new("involvedObject.namespace"), new("involvedObject.name"), new("involvedObject.uid"),
            new("involvedObject.apiVersion"), new("involvedObject.resourceVersion"), new("involvedObject.fieldPath"),
            new("reason"), new("reportingComponent"), new("source"), new("type"),
        ]),
        Make("", "core.PersistentVolume", "persistentvolumes", false, new PersistentVolumeRules(), hasStatus: true, names: ["pv"], columns: BuiltInColumns.Volumes),
        Make("", "core.PersistentVolumeClaim", "persistentvolumeclaims", true, new PersistentVolumeClaimRules(), hasStatus: true, names: ["pvc"], columns: BuiltInColumns.Claims),
        Make(Storage, "storage.StorageClass", "storageclasses", false, new StorageClassRules(), names: ["sc"], columns: BuiltInColumns.StorageClasses),
        Make(Storage, "storage.VolumeAttachment", "volumeattachments", false, new VolumeAttachmentRules(), hasStatus: true, columns: BuiltInColumns.Attachments),
        Make(Storage, "storage.CSINode", "csinodes", false, new CsiNodeRules(), columns: BuiltInColumns.CsiNodes),
        Make(Storage, "storage.CSIDriver", "csidrivers", false, new CsiDriverRules(), columns: BuiltInColumns.CsiDrivers),
        Make(Storage, "storage.CSIStorageCapacity", "csistoragecapacities", true, new CsiStorageCapacityRules(), columns: BuiltInColumns.Capacities),
        Make(Storage, "storage.VolumeAttributesClass", "volumeattributesclasses", false, new VolumeAttributesClassRules(), names: ["vac"], columns: BuiltInColumns.AttributesClasses),
        Make("coordination.k8s.io", "coordination.Lease", "leases", true, new LeaseRules(), columns: BuiltInColumns.Leases),
        Make("apps", "apps.Deployment", "deployments", true, new WorkloadRules(hasReplicas: true), hasStatus: true, names: ["deploy"], categories: ["all"], hasScale: true, columns: BuiltInColumns.Replicated("deploy")),
        Make("apps", "apps.ReplicaSet", "replicasets", true, new WorkloadRules(hasReplicas: true), hasStatus: true, names: ["rs"], categories: ["all"], hasScale: true, columns: BuiltInColumns.Replicated("rs")),
        Make("apps", "apps.DaemonSet", "daemonsets", true, new WorkloadRules(hasReplicas: false), hasStatus: true, names: ["ds"], categories: ["all"], columns: BuiltInColumns.DaemonSets),
        Make("apps", "apps.StatefulSet", "statefulsets", true, new StatefulSetRules(), hasStatus: true, names: ["sts"], categories: ["all"], hasScale: true, columns: BuiltInColumns.Replicated("sts")),
        Make("apps", "apps.ControllerRevision", "controllerrevisions", true, new ControllerRevisionRules(), columns: BuiltInColumns.Revisions),
        Make("policy", "policy.PodDisruptionBudget", "poddisruptionbudgets", true, new DisruptionBudgetRules(), hasStatus: true, names: ["pdb"], columns: BuiltInColumns.DisruptionBudgets),
        Make("networking.k8s.io", "networking.NetworkPolicy", "networkpolicies", true, new NetworkPolicyRules(), names: ["netpol"], columns: BuiltInColumns.NetworkPolicies),
        Make(Rbac, "rbac.Role", "roles", true, new RbacRules(isBinding: false)),
        Make(Rbac, "rbac.RoleBinding", "rolebindings", true, new RbacRules(isBinding: true)),
        Make(Rbac, "rbac.ClusterRole", "clusterroles", false, new RbacRules(isBinding: false)),
        Make(Rbac, "rbac.ClusterRoleBinding", "clusterrolebindings", false, new RbacRules(isBinding: true)),
        Definitions,
    ];

    private static ResourceDefinition Make(
        string group,
        string type,
        string plural,
        bool isNamespaced,
        KindRules rules,
        bool hasStatus = false,
        IReadOnlyList<string>? names = null,
        IReadOnlyList<string>? categories = null,
        IReadOnlyList<SelectableField>? fields = null,
        IReadOnlyList<TableColumn>? columns = null,
        bool hasScale = false)
    {
        var shape = KindTable.Find(type);
        return new ResourceDefinition
        {
            Group = group,
            Version = "v1",
            Plural = plural,
            Kind = shape.Name,
            IsNamespaced = isNamespaced,
            HasStatus = hasStatus,
            HasScale = hasScale,
            ShortNames = names ?? [],
            Categories = categories ?? [],
            Rules = rules,
            Schema = new BuiltInSchema(shape),
            Shape = shape,
            SelectableFields = fields ?? [],
            Columns = columns ?? TableColumn.Generic,
        };
    }
}

using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster;

/// <summary>The admission plug-ins that change or refuse an object on its way in, or a change of it. A namespace must always exist and must not be going away.</summary>
internal sealed class Admission(AdmissionOptions options, ResourceCatalog catalog, ObjectStore store)
{
    private const string DefaultClass = "storageclass.kubernetes.io/is-default-class";
    private const string BetaDefaultClass = "storageclass.beta.kubernetes.io/is-default-class";
    private const string BetaClass = "volume.beta.kubernetes.io/storage-class";

    public ApiStatus? Admit(ResourceDefinition resource, JsonObject content)
    {
        if (CheckNamespace(resource, content) is { } refused) return refused;
        if (options.StorageObjectInUseProtection) Protect(resource, content);
        if (options.DefaultStorageClass && resource.GroupResource == "persistentvolumeclaims") SetDefaultClass(content);
        return null;
    }

    /// <summary>Judges a change of an object itself, after its validation.</summary>
    public ApiStatus? AdmitUpdate(ResourceDefinition resource, JsonObject content, JsonObject old)
    {
        if (!options.PersistentVolumeClaimResize || resource.GroupResource != "persistentvolumeclaims") return null;
        if (!Quantity.TryParse(content["spec"].Text("resources", "requests", "storage") ?? "", out var asked)
            || !Quantity.TryParse(old["spec"].Text("resources", "requests", "storage") ?? "", out var before) || before >= asked) return null;
        var name = content["metadata"].Text("name") ?? "";
        if (old["status"].Text("phase") != "Bound") return ApiStatus.Forbidden(resource, name, "Only bound persistent volume claims can be expanded");
        return AllowsExpansion(ClassOf(content)) && ClassOf(content) == ClassOf(old)
            ? null
            : ApiStatus.Forbidden(resource, name, "only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize");
    }

    private static string ClassOf(JsonObject claim) => claim["metadata"].At("annotations", BetaClass) is { } beta ? JsonReading.AsText(beta) ?? "" : claim["spec"].Text("storageClassName") ?? "";

    private bool AllowsExpansion(string className) => className.Length > 0
        && store.Table(catalog.Find("storageclasses.storage.k8s.io")!).Find("", className) is { } found
        && found.Root.TryGetProperty("allowVolumeExpansion", out var allowed) && allowed.ValueKind is System.Text.Json.JsonValueKind.True;

    private ApiStatus? CheckNamespace(ResourceDefinition resource, JsonObject content)
    {
        if (!resource.IsNamespaced) return null;
        var ns = content["metadata"].Text("namespace") ?? "";
        if (store.Table(BuiltInResources.Namespaces).Find("", ns) is not { } found) return ApiStatus.NotFound(BuiltInResources.Namespaces, ns);
        return !found.IsBeingDeleted
            ? null
            : ApiStatus.Forbidden(
                resource,
                content["metadata"].Text("name") ?? "",
                $"unable to create new content in namespace {ns} because it is being terminated",
                new StatusCause("NamespaceTerminating", $"namespace {ns} is being terminated", "metadata.namespace"));
    }

    private static void Protect(ResourceDefinition resource, JsonObject content)
    {
        var finalizer = resource.GroupResource switch
        {
            "persistentvolumeclaims" => "kubernetes.io/pvc-protection",
            "persistentvolumes" => "kubernetes.io/pv-protection",
            "volumeattributesclasses.storage.k8s.io" => "kubernetes.io/vac-protection",
            _ => null,
        };
        if (finalizer is null) return;
        var metadata = content.Metadata();
        var finalizers = metadata.Array("finalizers") ?? [];
        if (finalizers.Texts().Contains(finalizer)) return;
        finalizers.Add((JsonNode)finalizer);
        metadata["finalizers"] = finalizers.Parent is null ? finalizers : finalizers.DeepClone();
    }

    private void SetDefaultClass(JsonObject content)
    {
        var spec = content.Child("spec");
        if (spec["storageClassName"] is not null || content["metadata"].At("annotations", BetaClass) is not null) return;
        var newest = store.Table(catalog.Find("storageclasses.storage.k8s.io")!).Current.In("")
            .Where(IsDefault)
            .OrderByDescending(stored => stored.Root.GetProperty("metadata").GetProperty("creationTimestamp").GetString(), StringComparer.Ordinal)
            .ThenBy(stored => stored.Name, StringComparer.Ordinal)
            .FirstOrDefault();
        if (newest is not null) spec["storageClassName"] = newest.Name;
    }

    private static bool IsDefault(StoredObject stored)
    {
        var annotations = stored.ToJson()["metadata"].Object("annotations");
        return annotations.Text(DefaultClass) == "true" || annotations.Text(BetaDefaultClass) == "true";
    }
}

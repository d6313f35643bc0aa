using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster;

/// <summary>The admission plug-ins that change or refuse an object on its way in. A namespace must always exist and must not be going away.</summary>
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

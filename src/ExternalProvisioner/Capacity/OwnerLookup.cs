using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Json;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalProvisioner.Capacity;

/// <summary>
/// Finds who owns the capacity objects: the pod, or whoever stands so many controllers above it (provisioner contract 9.3). The last one is named by
/// the reference to it, so only those below are read; a kind we do not know is found by discovery.
/// </summary>
internal sealed class OwnerLookup(ApiClient api, string ns)
{
    /// <summary>The owner, or why there is none.</summary>
    public async Task<(OwnerReference? Owner, string? Problem)> Find(string pod, int level, CancellationToken stop)
    {
        var (resource, found) = (Resources.Pods, Reference("v1", "Pod", pod, null));
        for (var step = 0; ; step++)
        {
            var read = await api.GetAsync(resource, new ObjectKey(resource.IsNamespaced ? ns : null, found.Name!), stop);
            if (!read.IsSuccess) return (null, $"cannot read {Text(found)}, on the way to the owner of capacity objects (--capacity-ownerref-level={level}): {read.Failure}");
            if (step == level) return (Reference(found.ApiVersion, found.Kind, found.Name, read.Value.Uid), null);
            if (Array.Find(read.Value.Metadata.OwnerReferences ?? [], o => o.Controller is true) is not { } controller)
                return (null, $"{Text(found)} has no controller, so nobody can own the capacity objects; set --capacity-ownerref-level={step}, or -1 for objects without owner");
            found = Reference(controller.ApiVersion, controller.Kind, controller.Name, controller.Uid);
            if (step + 1 == level) return (found, null);
            (var kind, var problem) = await ResourceOf(found, stop);
            if (kind is null) return (null, problem);
            resource = kind;
        }
    }

    private async Task<(Resource<MetadataOnly>? Resource, string? Problem)> ResourceOf(OwnerReference owner, CancellationToken stop)
    {
        var prefix = $"{(owner.ApiVersion!.Contains('/', StringComparison.Ordinal) ? "/apis" : "/api")}/{owner.ApiVersion}";
        var served = await api.SendAsync(HttpMethod.Get, prefix, KubeJson.Default.ApiResourceList, default, null, stop);
        if (!served.IsSuccess) return (null, $"cannot find out how to read {Text(owner)}, an owner of the pod: {served.Failure}");
        return served.Value.Resources.Find(r => r.Kind == owner.Kind && r.Name?.Contains('/', StringComparison.Ordinal) is false) is { Name: { } plural } kind
            ? (new Resource<MetadataOnly>(prefix, plural, kind.Namespaced, KubeJson.Default.MetadataOnly), null)
            : (null, $"cannot read {Text(owner)}, an owner of the pod: the API server does not serve that kind");
    }

    private static OwnerReference Reference(string? apiVersion, string? kind, string? name, string? uid) =>
        new() { ApiVersion = apiVersion, Kind = kind, Name = name, Uid = uid, Controller = true };

    private string Text(OwnerReference owner) => $"{owner.Kind} {ns}/{owner.Name}";
}

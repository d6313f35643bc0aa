using Sidecars.ExternalProvisioner.Claims;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Objects;
using Sidecars.Kubernetes.Watching;

namespace Sidecars.ExternalProvisioner.Sources;

/// <summary>
/// Whether a claim may be filled from something in another namespace (provisioner contract 5.11). Grants are listed for each such claim, in the one
/// namespace that matters, and not kept: few claims need them, one that is taken back must not count any longer, and a cluster that has no such kind
/// must not hold up the start.
/// </summary>
internal sealed class SourceGrants(ApiClient api)
{
    /// <summary>Null is yes.</summary>
    public async ValueTask<ProvisionFailure?> Refusal(PersistentVolumeClaim claim, DataSource source, CancellationToken stop)
    {
        var isAllowed = false;
        var grants = new FullList<ReferenceGrant>(api, Resources.ReferenceGrants, source.Namespace);
        // One that cannot be read grants nothing.
        var failure = await grants.ForEach(listed => isAllowed |= listed.Readable is { } grant && Allows(grant, claim, source), stop);
        if (isAllowed) return null;

        var refusal = $"accessing {source.Namespace}/{source.Name} of {source.Kind} dataSource from {claim.Key} isn't allowed";
        if (failure is null) return ProvisionFailure.FinishedWhere($"{refusal}; it takes a ReferenceGrant in namespace {source.Namespace}");
        return failure.IsNotFound
            ? ProvisionFailure.FinishedWhere($"{refusal}: this cluster has no ReferenceGrants of gateway.networking.k8s.io/v1beta1")
            : new ProvisionFailure(ProvisionState.NoChange, $"{refusal} as far as known: error listing ReferenceGrants in namespace {source.Namespace}: {failure}");
    }

    /// <summary>Whether this grant of the source's namespace lets the claim refer to the source.</summary>
    public static bool Allows(ReferenceGrant grant, PersistentVolumeClaim claim, DataSource source) =>
        grant.Spec.From is { } from && grant.Spec.To is { } to
        && from.Exists(f => string.IsNullOrEmpty(f.Group) && f.Kind is "PersistentVolumeClaim" && f.Namespace == claim.Metadata.Namespace)
        && to.Exists(t => (t.Group ?? "") == (source.ApiGroup ?? "") && t.Kind == source.Kind && (string.IsNullOrEmpty(t.Name) || t.Name == source.Name));
}

using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalProvisioner.Claims;

/// <summary>
/// Takes the selected node off a claim for which nothing can be made there (provisioner contract 4.6), so that the scheduler chooses again. A node that
/// was selected meanwhile is another one and stays.
/// </summary>
internal sealed class NodeRelease(Caches caches, ApiClient api)
{
    /// <summary>Whether the claim has a selected node, of those the scheduler takes back.</summary>
    public static bool IsPossible(PersistentVolumeClaim claim) => claim.Annotation(WellKnown.SelectedNodeAnnotation) is not null;

    /// <summary>Null, or why the node is still there.</summary>
    public async Task<string?> Release(PersistentVolumeClaim claim, CancellationToken stop)
    {
        var node = claim.Annotation(WellKnown.SelectedNodeAnnotation)!;
        var written = await api.UpdateAsync(Resources.PersistentVolumeClaims, claim.Key, claim.Uid, ObjectChange.RemoveAnnotation(WellKnown.SelectedNodeAnnotation, node), null, stop);
        if (!written.IsSuccess) return $"cannot take the selected node {node} off claim {claim.Key}: {written.Failure}";
        caches.Claims.Fold(written.Value);
        return null;
    }
}

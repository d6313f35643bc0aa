using Sidecars.Kubernetes.Control;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalResizer;

/// <summary>
/// What a user asks for while we write comes into the cache with the answer to our own write; what the watch then shows of it is nothing new, and
/// would bring nobody up. So after each look at a claim whoever may be concerned looks once more, where its size or its class has changed since.
/// </summary>
internal sealed class MissedWishes(Caches caches, Action<PersistentVolumeClaim> look)
{
    /// <summary>The same reconciler, with that.</summary>
    public Func<string, CancellationToken, ValueTask<Outcome>> After(Func<string, CancellationToken, ValueTask<Outcome>> reconcile) => async (key, stop) =>
    {
        var before = caches.FindClaim(key);
        var outcome = await reconcile(key, stop);
        if (before is not null && caches.FindClaim(key) is { } now && now.Uid == before.Uid && IsAnotherWish(before, now)) look(now);
        return outcome;
    };

    private static bool IsAnotherWish(PersistentVolumeClaim before, PersistentVolumeClaim now) =>
        Sizes.Asked(before) != Sizes.Asked(now) || before.Spec.VolumeAttributesClassName != now.Spec.VolumeAttributesClassName;
}

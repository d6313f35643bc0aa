using System.Collections.Concurrent;
using Sidecars.Hosting;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalResizer;

/// <summary>
/// Reads sizes of claims and volumes, and keeps one map for all objects of one size: ten thousand claims have a handful of sizes between them.
/// </summary>
internal static class Sizes
{
    /// <summary>Sizes beyond that are kept by each object for itself.</summary>
    private const int MostShared = 4096;

    private static readonly ConcurrentDictionary<string, (StringMap Map, ResourceRequirements Requests)> s_shared = new(StringComparer.Ordinal);

    /// <summary>What the claim asks for; nothing where that cannot be read.</summary>
    public static Quantity Asked(PersistentVolumeClaim claim) => Of(claim.Spec.Resources?.Requests) ?? Quantity.Zero;

    /// <summary>What the claim has.</summary>
    public static Quantity Has(PersistentVolumeClaim claim) => Of(claim.Status?.Capacity) ?? Quantity.Zero;

    /// <summary>What the claim is on its way to, or null.</summary>
    public static Quantity? Allocated(PersistentVolumeClaim claim) => Of(claim.Status?.AllocatedResources);

    /// <summary>What the volume has, as its object says.</summary>
    public static Quantity Has(PersistentVolume volume) => Of(volume.Spec.Capacity) ?? Quantity.Zero;

    /// <summary>The storage of a list of resources alone; null where there is none.</summary>
    public static StringMap? Kept(StringMap? resources) => Text(resources) is { } text ? Shared(text).Map : null;

    /// <summary>The same as what a claim asks for.</summary>
    public static ResourceRequirements? KeptRequests(ResourceRequirements? asked) => Text(asked?.Requests) is { } text ? Shared(text).Requests : null;

    private static string? Text(StringMap? resources) => resources?[WellKnown.Storage];

    private static Quantity? Of(StringMap? resources) => Text(resources) is { } text && Quantity.TryParse(text, out var size) ? size : null;

    private static (StringMap Map, ResourceRequirements Requests) Shared(string text)
    {
        if (s_shared.TryGetValue(text, out var known)) return known;
        var map = StringMap.From([new(WellKnown.Storage, text)]);
        var made = (map, new ResourceRequirements { Requests = map });
        return s_shared.Count < MostShared ? s_shared.GetOrAdd(text, made) : made;
    }
}

using Sidecars.ControllerManager;
using Sidecars.Kubernetes.Caching;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalResizer;

/// <summary>Everything the resizer always knows of the cluster, as far as it reads it (<see cref="Readings"/>).</summary>
internal sealed class Caches
{
    private readonly Readings _readings;
    private readonly DriverFacts _driver;

    public Caches(SharedStores stores, DriverFacts driver)
    {
        (_driver, _readings) = (driver, new Readings(driver));
        Claims = stores.Of(Resources.PersistentVolumeClaims, Readings.Claim, wants: Readings.IsBound);
        Volumes = stores.Of(Resources.PersistentVolumes, _readings.Volume, wants: _readings.MayBeOurs);
    }

    public ObjectStore<PersistentVolumeClaim> Claims { get; }

    public ObjectStore<PersistentVolume> Volumes { get; }

    /// <summary>The bound claim behind a key of a queue.</summary>
    public PersistentVolumeClaim? FindClaim(string key) => KeyOf(key) is { } named ? FindClaim(named) : null;

    public PersistentVolumeClaim? FindClaim(ObjectKey key) => Claims.Find(key) is { } found && Readings.IsBound(found) ? found : null;

    /// <summary>Whether the claim is still there.</summary>
    public bool Has(PersistentVolumeClaim claim) => Claims.Find(claim.Key)?.Uid == claim.Uid;

    /// <summary>The volume of the claim, where it is the driver's, and made or taken for this very claim (resizer contract 6.4).</summary>
    public PersistentVolume? VolumeOf(PersistentVolumeClaim claim)
    {
        if (Volumes.Find(new ObjectKey(null, claim.Spec.VolumeName!)) is not { } volume || !_readings.MayBeOurs(volume)) return null;
        var isOurs = volume.Spec.Csi?.Driver == _driver.Name || (_driver.IsMigrationTarget && claim.Annotation(WellKnown.ResizerAnnotation) == _driver.Name);
        return isOurs && volume.Spec.ClaimRef is { } of && of.Namespace == claim.Metadata.Namespace && of.Uid == claim.Uid ? volume : null;
    }

    /// <summary>The key of a claim in a queue.</summary>
    public static string KeyOf(PersistentVolumeClaim claim) => $"{claim.Metadata.Namespace}/{claim.Name}";

    private static ObjectKey? KeyOf(string key) => key.IndexOf('/', StringComparison.Ordinal) is var slash and >= 0 && key.LastIndexOf('/') == slash
        ? new ObjectKey(key[..slash], key[(slash + 1)..])
        : null;
}

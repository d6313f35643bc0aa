using Microsoft.Extensions.Logging;
using Sidecars.ExternalProvisioner.Secrets;
using Sidecars.Kubernetes.Caching;
using Sidecars.Kubernetes.Migration;
using Sidecars.Kubernetes.Objects;
using Sidecars.Kubernetes.Secrets;

namespace Sidecars.ExternalProvisioner.Deletion;

/// <summary>
/// Finds the secret a volume is deleted with (provisioner contract 8.4, step 4): the one noted on the volume when it was made,
/// else the one its class names. A secret that is gone or closed to us does not hold up the deletion, the driver decides; one that is there and
/// cannot be sent does, and so does every other answer of the API server, because whoever put it there means the driver to have it. So does a class that is there and cannot be read.
/// </summary>
internal sealed partial class DeletionSecrets(IObjectReader<StorageClass> classes, SecretReader secrets, ILogger<DeletionSecrets> log)
{
    /// <summary>The secret's values, none, or why the reference cannot be found.</summary>
    public async Task<(IReadOnlyDictionary<string, string>? Values, string? Error)> Of(PersistentVolume volume, CancellationToken stop)
    {
        var (reference, error) = ReferenceOf(volume);
        if (error is not null) return (null, $"failed to get secretreference for volume {volume.Name}: {error}");
        if (reference is null) return (null, null);
        var content = await secrets.Read(reference, stop);
        var (values, readError) = SecretText.Of(reference, content);
        if (content.KeyWithoutText is not null || content.Failure is { SaysThereIsNone: false }) return (null, readError);
        if (readError is not null) Log.Unreadable(log, volume.Name, reference, readError);
        return (values, null);
    }

    private (SecretReference? Reference, string? Error) ReferenceOf(PersistentVolume volume)
    {
        var name = volume.Annotation(WellKnown.DeletionSecretNameAnnotation);
        var ns = volume.Annotation(WellKnown.DeletionSecretNamespaceAnnotation);
        if (name is not null && ns is not null) return (name.Length > 0 && ns.Length > 0 ? new SecretReference(name, ns) : null, null);

        var className = volume.Annotation(WellKnown.BetaClassAnnotation) ?? volume.Spec.StorageClassName ?? "";
        var key = new ObjectKey(null, className);
        if (classes.IsUnreadable(key)) return (null, $"StorageClass {className} is there and cannot be read, and may name a secret to delete with; correct it, or report this if it is as the API wants it");
        if (classes.Find(key) is not { } storageClass || volume.Spec.ClaimRef is not { } claim) return (null, null);
        var (translated, error) = volume.Spec.IsMigratable ? ClassTranslation.Translate(storageClass) : (storageClass, null);
        if (translated is null) return (null, $"failed to translate storage class {className}: {error}");
        return SecretTemplate.Resolve(SecretPurpose.Provisioner, translated.Parameters, volume.Name, new TemplateClaim(claim.Namespace ?? "", claim.Name ?? ""));
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "Deleting a volume without its secret, which cannot be read: {PV} {Secret} {Err}")]
        public static partial void Unreadable(ILogger logger, string pv, SecretReference secret, string err);
    }
}

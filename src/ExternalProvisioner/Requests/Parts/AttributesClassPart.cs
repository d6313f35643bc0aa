using Microsoft.Extensions.Logging;
using Sidecars.ExternalProvisioner.Claims;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalProvisioner.Requests.Parts;

/// <summary>
/// Finds the class of attributes that counts for the volume. On a server that does not serve such classes a claim's is ignored, as by the original;
/// that is asked with the first claim that names one, and where there is no answer the class counts. What stands in the class is
/// <see cref="AttributesPart"/>'s.
/// </summary>
internal sealed partial class AttributesClassPart(AttributesClassUse use, AttributesClasses classes, ILogger log) : IRequestPart
{
    public async ValueTask<ProvisionFailure?> Add(RequestDraft draft, CancellationToken stop)
    {
        if (use is not AttributesClassUse.Never && draft.Claim.Spec.VolumeAttributesClassName is { Length: > 0 } named && await Counts(draft, named, stop))
            draft.AttributesClass = named;
        return null;
    }

    private async ValueTask<bool> Counts(RequestDraft draft, string named, CancellationToken stop)
    {
        if (use is AttributesClassUse.Always) return true;
        var (version, failure) = await classes.Version(stop);
        if (failure is not null) Log.NotKnown(log, draft.Claim.Key, named, failure);
        else if (version is null) Log.NotServed(log, draft.Claim.Key, named);
        return version is not null || failure is not null;
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Claim {Claim} names the VolumeAttributesClass {Class}, which is ignored: this API server serves VolumeAttributesClass neither in storage.k8s.io/v1 nor in v1beta1")]
        public static partial void NotServed(ILogger logger, ObjectKey claim, string @class);

        [LoggerMessage(LogLevel.Error, "Cannot ask the API server whether it serves VolumeAttributesClass; that of claim {Claim}, {Class}, is taken to count: {Failure}. --feature-gates=VolumeAttributesClass=true or =false says so without asking")]
        public static partial void NotKnown(ILogger logger, ObjectKey claim, string @class, ApiFailure failure);
    }
}

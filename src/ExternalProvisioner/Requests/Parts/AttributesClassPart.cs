using Microsoft.Extensions.Logging;
using Sidecars.ExternalProvisioner.Claims;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalProvisioner.Requests.Parts;

/// <summary>
/// Finds the class of attributes that counts for the volume. On a server that does not serve such classes a claim's is ignored, as by the original;
/// that is asked with the first claim that names one, and where there is no answer the class counts.
/// </summary>
internal sealed partial class AttributesClassPart(AttributesClassUse use, ServedKind classes, ILogger log) : IRequestPart
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
        var (isServed, failure) = await classes.Ask(stop);
        if (isServed is false) Log.NotServed(log, draft.Claim.Key, named);
        if (failure is not null) Log.NotKnown(log, draft.Claim.Key, named, failure);
        return isServed is not false;
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Claim {Claim} names the VolumeAttributesClass {Class}, which is ignored: this API server does not serve storage.k8s.io/v1 VolumeAttributesClass")]
        public static partial void NotServed(ILogger logger, ObjectKey claim, string @class);

        [LoggerMessage(LogLevel.Error, "Cannot ask the API server whether it serves VolumeAttributesClass; that of claim {Claim}, {Class}, is taken to count: {Failure}. --feature-gates=VolumeAttributesClass=true or =false says so without asking")]
        public static partial void NotKnown(ILogger logger, ObjectKey claim, string @class, ApiFailure failure);
    }
}

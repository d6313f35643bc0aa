using Grpc.Core;
using Sidecars.Csi;
using Sidecars.Kubernetes.Objects;
using Sidecars.Kubernetes.Secrets;

namespace Sidecars.ExternalAttacher.Requests;

/// <summary>What a secret holds for a call.</summary>
/// <param name="Values">Its values; null without a secret.</param>
/// <param name="Undeliverable">Why the call cannot be made with them; known before, it counts as an answer to the call.</param>
internal sealed record SecretValues(IReadOnlyDictionary<string, string>? Values, CsiError? Undeliverable)
{
    public static readonly SecretValues None = new(null, null);
}

/// <summary>Fetches the secret of a call, in the attacher's words where that fails (attacher contract 8 step 8).</summary>
internal sealed class CallSecrets(SecretReader secrets)
{
    public async Task<(SecretValues? Secrets, string? Error)> Read(SecretReference? reference, CancellationToken stop)
    {
        if (reference is null) return (SecretValues.None, null);
        var content = await secrets.Read(reference, stop);
        if (content.Failure is { } failure) return (null, $"failed to load secret \"{reference}\": {failure.Message}");
        if (content.KeyWithoutText is { } key)
        {
            return (new SecretValues(null, new CsiError(StatusCode.Internal,
                $"the value of key \"{key}\" in secret \"{reference}\" is not valid UTF-8 and cannot be sent to the driver")), null);
        }
        return (new SecretValues(content.Values, null), null);
    }
}

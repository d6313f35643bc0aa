using System.Text;
using Grpc.Core;
using Sidecars.Csi;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalAttacher.Requests;

/// <summary>What a secret holds for a call.</summary>
/// <param name="Values">Its values; null without a secret.</param>
/// <param name="Undeliverable">Why the call cannot be made with them; known before, it counts as an answer to the call.</param>
internal sealed record CallSecrets(IReadOnlyDictionary<string, string>? Values, CsiError? Undeliverable)
{
    public static readonly CallSecrets None = new(null, null);
}

/// <summary>Fetches a secret for one call to the driver. Nothing is cached, and no message holds any of its content.</summary>
internal sealed class SecretReader(ApiClient api)
{
    private static readonly UTF8Encoding s_strict = new(false, throwOnInvalidBytes: true);

    /// <summary>The secret's values as texts, or why they are not to be had.</summary>
    public async Task<(CallSecrets? Secrets, string? Error)> Read(SecretReference? reference, CancellationToken stop)
    {
        if (reference is null) return (CallSecrets.None, null);
        var read = await api.GetAsync(Resources.Secrets, new ObjectKey(reference.Namespace, reference.Name ?? ""), stop);
        if (!read.IsSuccess) return (null, $"failed to load secret \"{reference}\": {read.Failure.Message}");
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in read.Value.Data ?? [])
        {
            try
            {
                values[key] = s_strict.GetString(value);
            }
            catch (DecoderFallbackException)
            {
                return (new CallSecrets(null, new CsiError(StatusCode.Internal,
                    $"the value of key \"{key}\" in secret \"{reference}\" is not valid UTF-8 and cannot be sent to the driver")), null);
            }
        }
        return (new CallSecrets(values, null), null);
    }
}

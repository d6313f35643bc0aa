using Sidecars.Kubernetes.Objects;
using Sidecars.Kubernetes.Secrets;

namespace Sidecars.ExternalResizer.Requests;

/// <summary>Fetches the secret of a call, in the resizer's words where that fails (resizer contract 7).</summary>
internal sealed class CallSecrets(SecretReader secrets)
{
    private static readonly Dictionary<string, string> s_none = [];

    /// <summary>Its values, none without a reference; or why they are not to be had.</summary>
    public async Task<(IReadOnlyDictionary<string, string>? Values, string? Error)> Read(SecretReference? reference, CancellationToken stop)
    {
        if (reference is null) return (s_none, null);
        var content = await secrets.Read(reference, stop);
        if (content.Failure is { } failure)
        {
            var remedy = failure.IsForbidden ? "; let csi-resizer get secrets" : failure.IsNotFound ? "; create it" : "";
            return (null, $"error getting secret {reference.Name} in namespace {reference.Namespace}: {failure.Message}{remedy}");
        }
        return content.KeyWithoutText is { } key
            ? (null, $"error getting secret {reference.Name} in namespace {reference.Namespace}: the value of key \"{key}\" is not valid UTF-8 and cannot be sent to the driver")
            : (content.Values, null);
    }
}

using System.Text;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalProvisioner.Secrets;

/// <summary>Fetches a secret for one call to the driver. Nothing is cached, and no message holds any of its content.</summary>
internal sealed class SecretReader(ApiClient api)
{
    /// <summary>The secret's values as texts, or why they are not to be had.</summary>
    public async Task<(IReadOnlyDictionary<string, string>? Values, string? Error)> Read(SecretReference reference, CancellationToken stop)
    {
        var read = await api.GetAsync(Resources.Secrets, new ObjectKey(reference.Namespace, reference.Name!), stop);
        if (!read.IsSuccess) return (null, $"error getting secret {reference.Name} in namespace {reference.Namespace}: {read.Failure.Message}");
        return ((read.Value.Data ?? []).ToDictionary(d => d.Key, d => Encoding.UTF8.GetString(d.Value), StringComparer.Ordinal), null);
    }
}

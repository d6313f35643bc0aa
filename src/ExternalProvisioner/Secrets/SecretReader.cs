using System.Text;
using System.Text.Unicode;
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
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, bytes) in read.Value.Data ?? [])
        {
            // A text with replaced bytes would be another secret, and the driver's complaint would not say why.
            if (!Utf8.IsValid(bytes)) return (null, $"error reading secret {reference.Name} in namespace {reference.Namespace}: the value of key \"{key}\" is not UTF-8 text, and a driver takes nothing else");
            values[key] = Encoding.UTF8.GetString(bytes);
        }
        return (values, null);
    }
}

using System.Text;
using System.Text.Unicode;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.Kubernetes.Secrets;

/// <summary>
/// Fetches a secret for one call to a driver (common contract 15). Nothing is cached, and nothing that comes back but
/// <see cref="SecretContent.Values"/> holds any of its content.
/// </summary>
public sealed class SecretReader(ApiClient api)
{
    /// <summary>The secret's values as texts, or why they are not to be had.</summary>
    public async Task<SecretContent> Read(SecretReference reference, CancellationToken stop)
    {
        var read = await api.GetAsync(Resources.Secrets, new ObjectKey(reference.Namespace, reference.Name ?? ""), stop);
        if (!read.IsSuccess) return new SecretContent(null, read.Failure, null);
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, bytes) in read.Value.Data ?? [])
        {
            // A text with replaced bytes would be another secret, and the driver's complaint would not say why.
            if (!Utf8.IsValid(bytes)) return new SecretContent(null, null, key);
            values[key] = Encoding.UTF8.GetString(bytes);
        }
        return new SecretContent(values, null, null);
    }
}

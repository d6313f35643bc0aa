using Sidecars.Kubernetes.Objects;
using Sidecars.Kubernetes.Secrets;

namespace Sidecars.ExternalProvisioner.Secrets;

/// <summary>What the provisioner says of a secret that it could not read.</summary>
internal static class SecretText
{
    /// <summary>The values, or why they are not to be had; the reason names secret and key, and nothing of the content.</summary>
    public static (IReadOnlyDictionary<string, string>? Values, string? Error) Of(SecretReference reference, SecretContent content)
    {
        if (content.Failure is { } failure) return (null, $"error getting secret {reference.Name} in namespace {reference.Namespace}: {failure.Message}");
        return content.KeyWithoutText is { } key
            ? (null, $"error reading secret {reference.Name} in namespace {reference.Namespace}: the value of key \"{key}\" is not UTF-8 text, and a driver takes nothing else")
            : (content.Values, null);
    }
}

using Sidecars.Kubernetes.Objects;

namespace Sidecars.SnapshotController.Secrets;

/// <summary>Turns what a class says of a secret into its name for one snapshot (snapshot controller contract 8). Pure: no secret is read
/// here.</summary>
internal static class SecretTemplate
{
    /// <summary>The reference; null where the class names none; or what is wrong.</summary>
    /// <param name="keys">Of a snapshot or of a group.</param>
    /// <param name="parameters">Parameters of the class.</param>
    /// <param name="content">Name of the content.</param>
    /// <param name="snapshot">The snapshot or group it is for.</param>
    public static (SecretReference? Reference, string? Error) Resolve(SecretKeys keys, StringMap? parameters, string content, ObjectKey snapshot)
    {
        return keys.Secret.Resolve(parameters, InBoth, token => token == $"{keys.Snapshot}.name" ? snapshot.Name : InBoth(token));

        string? InBoth(string token) => token == $"{keys.Content}.name" ? content : token == $"{keys.Snapshot}.namespace" ? snapshot.Namespace : null;
    }
}

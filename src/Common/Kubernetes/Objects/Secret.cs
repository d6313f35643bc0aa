namespace Sidecars.Kubernetes.Objects;

/// <summary>
/// The content of a secret, fetched for one call and dropped after it. It is never cached and has no text form, so that it
/// cannot end in a log.
/// </summary>
public sealed class Secret : KubeObject
{
    /// <summary>Values by key, decoded from base64.</summary>
    public Dictionary<string, byte[]>? Data { get; set; }

    /// <summary>Says what it is, and nothing of what is in it.</summary>
    public override string ToString() => $"secret {Key}";
}

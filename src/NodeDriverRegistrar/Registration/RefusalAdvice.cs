namespace Sidecars.NodeDriverRegistrar.Registration;

/// <summary>The likely cause of a refused registration, found in the kubelet's words, and what to do about it. It is a guess and says so.</summary>
internal static class RefusalAdvice
{
    /// <summary>The kubelet's words contain one of these: the cause is likely that. The first that fits counts.</summary>
    private static readonly (string[] Signs, string Cause)[] s_causes =
    [
        (["no such file", "connection refused", "not a socket", "failed to dial", "error while dialing", "code = Unavailable"],
            "the kubelet cannot reach the driver at {0}: --kubelet-registration-path must be the driver's socket as the host sees it, in the kubelet's own " +
            "directory, which is /var/lib/kubelet unless the kubelet runs with another --root-dir; or the driver does not run"),
        (["permission denied"],
            "the kubelet may not use the driver's socket {0}: check its mode and owner, and SELinux or AppArmor"),
        (["already registered", "highest supported version", "unsupported version", "none of the versions"],
            "another instance of the driver is registered, or the kubelet does not support this version of CSI: look for a second driver pod on the node"),
        (["forbidden", "CSINode", "csinodes"],
            "the kubelet could not update the node's CSINode object: its own log and the API server's say why"),
        (["topology", "label"],
            "the node's labels contradict the topology the driver reports in NodeGetInfo: compare them with kubectl get node --show-labels"),
        (["DeadlineExceeded", "deadline exceeded", "timed out"],
            "the driver at {0} did not answer NodeGetInfo in time: look at its log; with no call there, --kubelet-registration-path leads to something else"),
        (["rpc error", "NodeGetInfo"], Answered),
    ];

    private const string CodeSign = "rpc error: code = ";
    private const string Answered = "the driver at {0} answered NodeGetInfo with an error: its own log says more";

    public static string For(string error, string endpoint)
    {
        // A code of the driver's own proves that it was reached; what follows are its words, not the kubelet's.
        if (CodeIn(error) is not (null or "Unavailable" or "DeadlineExceeded")) return Named(Answered, endpoint);
        foreach (var (signs, cause) in s_causes)
            foreach (var sign in signs)
                if (error.Contains(sign, StringComparison.OrdinalIgnoreCase)) return Named(cause, endpoint);
        return Named(
            "unknown; the kubelet's log says more. Check that --kubelet-registration-path, {0}, is the driver's socket as the host sees it, in the kubelet's own directory",
            endpoint);
    }

    private static string? CodeIn(string error)
    {
        var at = error.IndexOf(CodeSign, StringComparison.Ordinal);
        if (at < 0) return null;
        var rest = error.AsSpan(at + CodeSign.Length);
        var end = rest.IndexOfAnyExceptInRange('A', 'z');
        return (end < 0 ? rest : rest[..end]).ToString();
    }

    private static string Named(string cause, string endpoint) => cause.Replace("{0}", endpoint, StringComparison.Ordinal);
}

using System.Net;

namespace Sidecars.Kubernetes.Leading;

/// <summary>
/// Who a candidate is (common contract 6.1): its host's name and its pod's uid. The name alone is not enough, because pods on the network
/// of their host share it, and two replicas that take each other for themselves both lead. With the uid a restarted container of the same
/// pod takes its own lease up at once, and no two pods ever share one.
/// </summary>
/// <param name="Holder">As it stands on the lease, and in the messages of events.</param>
/// <param name="Raw">With the host's name as it is, as it stands in the source of events.</param>
public sealed record LeaderIdentity(string Holder, string Raw)
{
    private const string UidVariable = "POD_UID";
    private const string MountFile = "/proc/self/mountinfo";

    // The kubelet mounts these two into every container from the folder it keeps for the pod.
    private static readonly string[] s_ownMounts = ["/etc/hosts", "/dev/termination-log"];

    /// <summary>The identity of this process; another one at each start where nothing says which pod this is.</summary>
    public static LeaderIdentity Find() => Of(Dns.GetHostName(), Environment.GetEnvironmentVariable(UidVariable), ReadMounts(), Guid.NewGuid());

    /// <summary>The identity that follows from what is known.</summary>
    /// <param name="host">Name of the host.</param>
    /// <param name="podUid">What the environment says of the pod's uid.</param>
    /// <param name="mounts">The mounts of the process, as the kernel lists them.</param>
    /// <param name="otherwise">What to take where neither says it.</param>
    internal static LeaderIdentity Of(string host, string? podUid, string mounts, Guid otherwise)
    {
        var uid = podUid?.Trim() is { Length: > 0 } told ? told : PodUidOf(mounts) ?? otherwise.ToString();
        return new LeaderIdentity($"{LeaderElectionOptions.Sanitise(host)}_{uid}", $"{host}_{uid}");
    }

    /// <summary>
    /// The uid in the <c>/pods/uid/</c> of a mount's root. Whoever mounts the kubelet's folder sees the mounts of other pods too: those the
    /// kubelet makes for every container decide, and without them only what all agree on.
    /// </summary>
    private static string? PodUidOf(string mounts)
    {
        string? agreed = null;
        var isUnanimous = true;
        foreach (var line in mounts.Split('\n'))
        {
            // 36 35 98:0 /root/in/its/file/system /mount/point options... - type source options
            var fields = line.Split(' ');
            if (fields.Length < 5 || UidIn(fields[3]) is not { } uid) continue;
            if (s_ownMounts.Contains(fields[4])) return uid;
            isUnanimous &= agreed is null || agreed == uid;
            agreed = uid;
        }
        return isUnanimous ? agreed : null;
    }

    private static string? UidIn(string root)
    {
        const string folder = "/pods/";
        var at = root.IndexOf(folder, StringComparison.Ordinal);
        if (at < 0) return null;
        var uid = root.AsSpan(at + folder.Length);
        var end = uid.IndexOf('/');
        if (end <= 0) return null;
        // A UUID, or the plain hash the kubelet gives the pods it reads from a file; anything else is a folder that happens to have that name.
        return Guid.TryParseExact(uid[..end], uid[..end].Contains('-') ? "D" : "N", out _) ? uid[..end].ToString() : null;
    }

    private static string ReadMounts()
    {
        try
        {
            return File.ReadAllText(MountFile);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}

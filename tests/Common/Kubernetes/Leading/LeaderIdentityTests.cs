using Sidecars.Kubernetes.Leading;

namespace Sidecars.Kubernetes.Tests.Leading;

/// <summary>Which identity follows from host name, environment and mounts.</summary>
public sealed class LeaderIdentityTests
{
    private const string Uid = "0a1b2c3d-1111-2222-3333-444455556666";
    private const string Other = "9f8e7d6c-1111-2222-3333-444455556666";
    private const string Static = "0123456789abcdef0123456789abcdef";
    private const string Random = "12345678-0000-0000-0000-000000000000";

    private static readonly object?[][] s_identities =
    [
        ["node-1.example.com", "the-uid", "", "node-1-example-com_the-uid", "node-1.example.com_the-uid"],
        ["node-", Uid, "", $"node-X_{Uid}", $"node-_{Uid}"],
        ["h", $" {Uid}\n", "", $"h_{Uid}", $"h_{Uid}"],
        ["h", "the-uid", Mount($"/var/lib/kubelet/pods/{Uid}/etc-hosts", "/etc/hosts"), "h_the-uid", "h_the-uid"],
        ["h", null, Mount($"/var/lib/kubelet/pods/{Uid}/etc-hosts", "/etc/hosts"), $"h_{Uid}", $"h_{Uid}"],
        ["h", "", Mount($"/pods/{Uid}/containers/c/0123abcd", "/dev/termination-log"), $"h_{Uid}", $"h_{Uid}"],
        ["h", null, Mount($"/kubelet/pods/{Static}/etc-hosts", "/etc/hosts"), $"h_{Static}", $"h_{Static}"],
        // Mounts of other pods, seen through the kubelet's folder, come first and decide nothing.
        ["h", null, Mount($"/lib/kubelet/pods/{Other}/volumes/v", $"/var/lib/kubelet/pods/{Other}/volumes/v") + Mount($"/lib/kubelet/pods/{Uid}/etc-hosts", "/etc/hosts"), $"h_{Uid}", $"h_{Uid}"],
        ["h", null, Mount($"/lib/kubelet/pods/{Other}/volumes/v", "/a") + Mount($"/lib/kubelet/pods/{Uid}/volumes/v", "/b"), $"h_{Random}", $"h_{Random}"],
        ["h", null, Mount($"/lib/kubelet/pods/{Uid}/volumes/v", "/a") + Mount($"/lib/kubelet/pods/{Uid}/volumes/w", "/b"), $"h_{Uid}", $"h_{Uid}"],
        ["h", null, Mount("/", "/etc/hosts") + Mount("/pods", "/x") + Mount("/pods/", "/y") + Mount("/pods/thing/z", "/z") + Mount($"/pods/{Uid}", "/w"), $"h_{Random}", $"h_{Random}"],
        ["h", null, "no such\nformat\n\n", $"h_{Random}", $"h_{Random}"],
        ["h", null, "", $"h_{Random}", $"h_{Random}"],
    ];

    [TestCaseSource(nameof(s_identities))]
    public void Host_and_pod_make_the_identity(string host, string? podUid, string mounts, string holder, string raw) =>
        Assert.That(LeaderIdentity.Of(host, podUid, mounts, Guid.Parse(Random)), Is.EqualTo(new LeaderIdentity(holder, raw)));

    [Test]
    public void The_process_has_one_whatever_it_runs_in()
    {
        var found = LeaderIdentity.Find();
        Assert.That(found.Raw, Does.StartWith(System.Net.Dns.GetHostName() + "_"));
        Assert.That(found.Holder, Has.Length.GreaterThan(33));
    }

    private static string Mount(string root, string at) => $"1201 1187 259:1 {root} {at} rw,relatime - ext4 /dev/nvme0n1p1 rw,discard\n";
}

using Sidecars.EmbeddedCluster;
using Sidecars.Tests.Support;

namespace Sidecars.Vectors.Tests;

/// <summary>
/// Accounts of the programs, each with the roles that the charts render for it and with nothing else. The renderings are the goldens of the charts' own
/// tests, so they are what Helm makes of the charts today.
/// </summary>
internal static class ChartAccounts
{
    /// <summary>The namespace of the release, which is where the programs of a scenario think they are.</summary>
    private const string Namespace = "default";

    private static readonly string[] s_kinds = ["ClusterRole", "Role", "ClusterRoleBinding", "RoleBinding"];

    /// <summary>What the documents of a sidecar's roles have in their names, and the golden and the account they are in there.</summary>
    private static readonly Dictionary<string, (string Golden, string Account, string[] Roles)> s_charts = new()
    {
        ["external-provisioner"] = ("csi-driver/recorded.yaml", "rel-csi-driver-controller", [":provisioner", "-provisioner-lease", "-capacity"]),
        ["external-attacher"] = ("csi-driver/recorded.yaml", "rel-csi-driver-controller", [":attacher", "-attacher-lease"]),
        ["external-snapshotter"] = ("csi-driver/recorded.yaml", "rel-csi-driver-controller", [":snapshotter", "-snapshotter-lease"]),
        ["external-resizer"] = ("csi-driver/recorded.yaml", "rel-csi-driver-controller", [":resizer", "-resizer-lease"]),
        ["snapshot-controller"] = ("snapshot-controller/default.yaml", "rel-snapshot-controller", [":controller", "-lease"]),
    };

    /// <summary>Every sidecar's account with a token of its own.</summary>
    public static IReadOnlyList<ClusterUser> Users { get; } =
        [.. s_charts.Keys.Select(sidecar => new ClusterUser(UserOf(sidecar), $"token-of-{sidecar}", "system:serviceaccounts", $"system:serviceaccounts:{Namespace}"))];

    /// <summary>As RBAC and the request log name it.</summary>
    public static string UserOf(string sidecar) => $"system:serviceaccount:{Namespace}:{sidecar}";

    /// <summary>Binds the roles of a sidecar to its account.</summary>
    public static async Task Grant(ClusterServer cluster, string sidecar, TemporaryDirectory directory)
    {
        var (golden, account, roles) = s_charts[sidecar];
        var documents = (await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "Charts", golden))).Split("\n---\n").Where(IsOfRole).ToList();
        Assert.That(documents, Has.Count.EqualTo(roles.Length * 2), $"a role and a binding for each of {string.Join(", ", roles)}");
        var file = directory.File($"{sidecar}-roles.yaml");
        // In a release of their own the sidecars share the account of their pod; here each has its own.
        await File.WriteAllTextAsync(file, string.Join("\n---\n", documents)
            .Replace($"name: \"{account}\"", $"name: \"{sidecar}\"", StringComparison.Ordinal)
            .Replace("namespace: \"storage\"", $"namespace: \"{Namespace}\"", StringComparison.Ordinal)
            .Replace("namespace: \"kube-system\"", $"namespace: \"{Namespace}\"", StringComparison.Ordinal));
        await cluster.ApplyManifests(file);

        bool IsOfRole(string document) =>
            s_kinds.Any(kind => document.Contains($"\nkind: {kind}\n", StringComparison.Ordinal))
            && roles.Any(role => document.Split('\n').Any(line => line.StartsWith("  name: ", StringComparison.Ordinal) && line.TrimEnd('"').EndsWith(role, StringComparison.Ordinal)));
    }
}

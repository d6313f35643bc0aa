using Sidecars.EmbeddedCluster;
using Sidecars.Tests.Support;

namespace Sidecars.Vectors.Tests;

/// <summary>The recorded scenarios elect no leader; here each program becomes one, and stays it, by the rights of the charts.</summary>
[Parallelizable(ParallelScope.Children)]
public sealed class LeaseRightsTests
{
    private static readonly string[] s_sidecars = ["external-provisioner", "external-attacher", "external-snapshotter", "external-resizer", "snapshot-controller"];

    /// <summary>As <see cref="RightsInUse"/> knows these scenarios.</summary>
    internal static IEnumerable<string> Names => s_sidecars.Select(NameOf);

    [TestCaseSource(nameof(s_sidecars))]
    public async Task A_leader_takes_its_lease_and_holds_it(string sidecar)
    {
        using var directory = new TemporaryDirectory();
        await using var cluster = await ClusterServer.StartAsync(new ClusterOptions { UseRbac = true, Users = ChartAccounts.Users }).WithinLimit();
        foreach (var definition in SnapshotKinds.Definitions.Concat(SnapshotKinds.GroupDefinitions)) _ = cluster.Storage.Create("customresourcedefinitions", definition).Value;
        await ChartAccounts.Grant(cluster, sidecar, directory).WithinLimit();
        await cluster.WriteKubeconfig(directory.File("kubeconfig"), ChartAccounts.UserOf(sidecar)).WithinLimit();
        await using var driver = ScriptedDriver.Create(new ScriptedDriverOptions { SocketPath = directory.File("csi.sock"), Name = "hostpath.csi.example.com" }, TimeProvider.System);
        await driver.StartAsync().WithinLimit();
        var arguments = SidecarPrograms.Arguments(sidecar, directory.File("kubeconfig"), driver.SocketPath,
            ["--leader-election=true", "--leader-election-namespace=default", "--leader-election-retry-period=100ms", "--leader-election-renew-deadline=5s"]);
        await using var program = PublishedProgram.Start(SidecarPrograms.ProgramOf(sidecar), arguments);

        await cluster.Requests.WaitFor(new RequestMatch { Resource = "leases", Verb = "update" }).WithinLimit();
        await cluster.Requests.WaitFor(new RequestMatch { Resource = "events", Verb = "create" }).WithinLimit();
        Assert.That(RightsInUse.Note(NameOf(sidecar), [sidecar], cluster), Is.Empty, "refused to the program");
    }

    private static string NameOf(string sidecar) => $"{sidecar} as leader";
}

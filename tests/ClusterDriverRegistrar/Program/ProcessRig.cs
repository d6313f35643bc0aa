using System.Text.Json.Nodes;
using Sidecars.EmbeddedCluster;
using Sidecars.Tests.Support;

namespace Sidecars.ClusterDriverRegistrar.Tests.Program;

/// <summary>The published program between a cluster and a scripted driver; all that it ever wrote is kept.</summary>
internal sealed class ProcessRig : IAsyncDisposable
{
    public const string Name = "csi-cluster-driver-registrar";

    private const string Account = "registrar";

    private readonly TemporaryDirectory _directory = new();
    private readonly string _kubeconfig;
    private readonly List<PublishedProgram> _all = [];

    private ProcessRig(ClusterServer cluster, ScriptedDriver driver)
    {
        (Cluster, Driver) = (cluster, driver);
        _kubeconfig = _directory.File("kubeconfig");
    }

    public ClusterServer Cluster { get; }

    public ScriptedDriver Driver { get; }

    public bool ObjectExists => Cluster.Storage.Get(KeeperRig.Resource, null, KeeperRig.Name).IsOk;

    public string Object => Cluster.Storage.Get(KeeperRig.Resource, null, KeeperRig.Name).Value.ToJson()["spec"]!.ToJsonString();

    /// <summary>A cluster and a driver. With rules, in JSON, the program's account may do only what they allow.</summary>
    public static async Task<ProcessRig> PrepareAsync(bool driverListens = true, string? rules = null)
    {
        var rig = new ProcessRig(await ClusterServer.StartAsync(new ClusterOptions { UseRbac = rules is not null, Users = [new ClusterUser(Account, "a-token")] }).WithinLimit(), ScriptedDriver.Create());
        if (rules is not null) rig.Allow(rules);
        if (driverListens) await rig.Driver.StartAsync();
        await rig.Cluster.WriteKubeconfig(rig._kubeconfig, Account);
        return rig;
    }

    public PublishedProgram Start(params string[] more)
    {
        var program = PublishedProgram.Start(Name, [$"--kubeconfig={_kubeconfig}", $"--csi-address={Driver.SocketPath}", .. more]);
        _all.Add(program);
        return program;
    }

    /// <summary>Starts it, and waits until it watches over an object it made.</summary>
    public async Task<PublishedProgram> Started(params string[] more)
    {
        var program = Start(more);
        await program.WaitForErrorLine(line => line.Contains("Created CSIDriver", StringComparison.Ordinal));
        return program;
    }

    public int Requests(string verb) => Cluster.Requests.Count(KeeperRig.Match(verb));

    private void Allow(string rules)
    {
        Cluster.Storage.Create("clusterroles", JsonNode.Parse($$"""{"metadata":{"name":"{{Account}}"},"rules":{{rules}}}""")!.AsObject()).Value.ToString();
        Cluster.Storage.Create("clusterrolebindings", JsonNode.Parse($$"""
            {"metadata":{"name":"{{Account}}"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"{{Account}}"},
             "subjects":[{"apiGroup":"rbac.authorization.k8s.io","kind":"User","name":"{{Account}}"}]}
            """)!.AsObject()).Value.ToString();
    }

    public async ValueTask DisposeAsync()
    {
        if (TestContext.CurrentContext.Result.FailCount > 0)
            await TestContext.Out.WriteLineAsync(string.Join('\n', _all.SelectMany(p => p.ErrorLines.Concat(p.OutputLines))));
        foreach (var program in _all) await program.DisposeAsync();
        Cluster.Faults.Clear();
        await Driver.DisposeAsync();
        await Cluster.DisposeAsync().WithinLimit();
        _directory.Dispose();
    }
}

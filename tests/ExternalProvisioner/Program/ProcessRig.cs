using System.Text.Json.Nodes;
using Sidecars.EmbeddedCluster;
using Sidecars.EmbeddedCluster.Controllers;
using Sidecars.Tests.Support;

namespace Sidecars.ExternalProvisioner.Tests.Program;

/// <summary>The published program between a cluster that binds and releases by itself and a scripted driver. It may be started, killed and started
/// again; all that it ever wrote is kept.</summary>
internal sealed class ProcessRig : IAsyncDisposable
{
    public const string Name = "csi-provisioner";

    private readonly TemporaryDirectory _directory = new();
    private readonly ClusterControllers _controllers;
    private readonly string _kubeconfig;
    private readonly List<PublishedProgram> _all = [];

    private ProcessRig(ClusterServer cluster, ScriptedDriver driver)
    {
        (Cluster, Driver) = (cluster, driver);
        World = new World(cluster.Storage);
        _controllers = ClusterControllers.Start(cluster.Storage, new ControllerOptions());
        _kubeconfig = _directory.File("kubeconfig");
    }

    public ClusterServer Cluster { get; }

    public ScriptedDriver Driver { get; }

    public World World { get; }

    /// <summary>Everything any of the processes wrote.</summary>
    public IEnumerable<string> Output => _all.SelectMany(p => p.ErrorLines.Concat(p.OutputLines));

    public static async Task<ProcessRig> PrepareAsync(ScriptedDriverOptions? driver = null)
    {
        var rig = new ProcessRig(await ClusterServer.StartAsync().WithinLimit(), await ScriptedDriver.StartNewAsync(driver));
        await rig.Cluster.WriteKubeconfig(rig._kubeconfig);
        return rig;
    }

    public PublishedProgram Start(params string[] more)
    {
        var program = PublishedProgram.Start(Name, [$"--kubeconfig={_kubeconfig}", $"--csi-address={Driver.SocketPath}", .. more]);
        _all.Add(program);
        return program;
    }

    public Task<JsonObject> UntilBound(string claim) => World.Until(World.Claims, claim, c => World.Text(c, "status", "phase") == "Bound");

    public async ValueTask DisposeAsync()
    {
        foreach (var program in _all) await program.DisposeAsync();
        Cluster.Faults.Clear();
        await _controllers.DisposeAsync().WithinLimit();
        await Driver.DisposeAsync();
        await Cluster.DisposeAsync().WithinLimit();
        _directory.Dispose();
    }
}

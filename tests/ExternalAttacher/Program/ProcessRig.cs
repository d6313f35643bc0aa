using Sidecars.EmbeddedCluster;
using Sidecars.Tests.Support;

namespace Sidecars.ExternalAttacher.Tests.Program;

/// <summary>The published program between a cluster and a scripted driver. It may be started, killed and started again; all that it ever wrote is kept.</summary>
internal sealed class ProcessRig : IAsyncDisposable
{
    public const string Name = "csi-attacher";

    private readonly TemporaryDirectory _directory = new();
    private readonly string _kubeconfig;
    private readonly List<PublishedProgram> _all = [];

    private ProcessRig(ClusterServer cluster, ScriptedDriver driver)
    {
        (Cluster, Driver, World) = (cluster, driver, new World(cluster.Storage));
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

    public async ValueTask DisposeAsync()
    {
        foreach (var program in _all) await program.DisposeAsync();
        Cluster.Faults.Clear();
        await Driver.DisposeAsync();
        await Cluster.DisposeAsync().WithinLimit();
        _directory.Dispose();
    }
}

using Microsoft.Extensions.Time.Testing;
using Sidecars.ControllerManager;
using Sidecars.EmbeddedCluster;
using Sidecars.Hosting;
using Sidecars.Hosting.Flags;

namespace Sidecars.Tests.Support.Controllers;

/// <summary>A program of controllers from its flags to its exit code, in this process, on a clock that a test moves, with a cluster and a driver.</summary>
public sealed class StartRig : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private ProcessLife? _life;

    private StartRig(ClusterServer cluster, ScriptedDriver driver) => (Cluster, Driver) = (cluster, driver);

    public ClusterServer Cluster { get; }

    public ScriptedDriver Driver { get; }

    public FakeTimeProvider Time { get; } = new(TimeProvider.System.GetUtcNow());

    public LogLines Log { get; } = new();

    /// <summary>What is called once the stores are complete, in the place of what the program does then.</summary>
    public Action? Filled { get; set; }

    /// <summary>What the kubelet would show as the reason of the end.</summary>
    public string TerminationMessage => System.IO.File.ReadAllText(_directory.File("termination"));

    public static async Task<StartRig> PrepareAsync() =>
        new(await ClusterServer.StartAsync().WithinLimit(), await ScriptedDriver.StartNewAsync());

    /// <summary>Runs the program with the cluster, the driver and what is given; later flags win.</summary>
    public Task<int> Run(ControllerProgram program, params string[] more) => RunWithoutDriver(program, [$"--csi-address={Driver.SocketPath}", .. more]);

    /// <summary>Runs the program with the cluster and what is given.</summary>
    public async Task<int> RunWithoutDriver(ControllerProgram program, params string[] more)
    {
        var kubeconfig = _directory.File("kubeconfig");
        await Cluster.WriteKubeconfig(kubeconfig);
        var parsed = program.CommandLine.Parse([$"--kubeconfig={kubeconfig}", "-v=5", .. more]);
        Assert.That(parsed, Is.InstanceOf<FlagParse.Parsed>());
        var host = new SidecarHostOptions
        {
            Logging = program.CommandLine.Logging.ToOptions(), LogOutput = Log, TerminationMessagePath = _directory.File("termination"),
        };
        return await SidecarHost.RunAsync(host, life =>
        {
            _life = life;
            var run = Filled is null ? new ControllerRun(program, life, Time, "0.0.0") : new ControllerRun(program, life, Time, "0.0.0") { Filled = Filled };
            return run.RunAsync();
        });
    }

    /// <summary>A path of the rig's own.</summary>
    public string File(string name) => _directory.File(name);

    /// <summary>Ends a run that would go on.</summary>
    public async Task Over(Task<int> running)
    {
        _life!.Fail(0, "the test is over");
        Assert.That(await running.WithinLimit(), Is.Zero);
    }

    public async ValueTask DisposeAsync()
    {
        await Driver.DisposeAsync();
        await Cluster.DisposeAsync().WithinLimit();
        await Log.DisposeAsync();
        _directory.Dispose();
    }
}

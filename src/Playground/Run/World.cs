using System.Text.Json.Nodes;
using Sidecars.Csi;
using Sidecars.EmbeddedCluster;
using Sidecars.EmbeddedCluster.Controllers;

namespace Sidecars.Playground;

/// <summary>
/// Everything a run consists of: the cluster with its controllers and one node, the driver, the sidecars. It is built in the order in which
/// each part needs the one before, and disposing takes it down in the reverse order, whatever of it there is.
/// </summary>
internal sealed class World : IAsyncDisposable
{
    private const string NodeName = "playground-node";

    // Enough for a driver that has to start, short enough for somebody who mistyped the socket.
    private static readonly TimeSpan DriverLimit = TimeSpan.FromSeconds(20);

    private readonly Stack<IAsyncDisposable> _parts = new();
    private readonly List<ChildProgram> _programs = [];
    private readonly PlaygroundOptions _options;
    private readonly WorkingDirectory _directory;

    private World(PlaygroundOptions options, WorkingDirectory directory) => (_options, _directory) = (options, directory);

    public Board Board { get; } = new();

    public ClusterServer Cluster { get; private set; } = null!;

    public string DriverName { get; private set; } = "";

    public string Kubeconfig => _directory.File("kubeconfig");

    public IReadOnlyList<ChildProgram> Programs => _programs;

    private string CsiSocket => _options.CsiAddress ?? _directory.File("csi.sock");

    /// <summary>Brings everything up but the manifests.</summary>
    public static async Task<World> Start(PlaygroundOptions options, WorkingDirectory directory, CancellationToken stop)
    {
        // Looked for first: a missing program is the likeliest mistake, and the cheapest to find.
        var sidecars = SidecarProgram.All.Select(sidecar => (Sidecar: sidecar, Path: ProgramFinder.Find(sidecar.FileName, options.Programs))).ToList();
        var world = new World(options, directory);
        try
        {
            var controllers = await world.StartCluster(stop);
            await world.StartDriver(controllers, stop);
            foreach (var (sidecar, path) in sidecars)
            {
                var setting = new SidecarSetting(world.CsiSocket, world.Kubeconfig, options.Verbosity);
                await world.StartProgram(sidecar.FileName, path, sidecar.Flags(setting), world.Board.ReadLogLine);
            }

            return world;
        }
        catch
        {
            await world.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        while (_parts.TryPop(out var part)) await part.DisposeAsync();
    }

    private async Task<ClusterControllers> StartCluster(CancellationToken stop)
    {
        Cluster = await ClusterServer.StartAsync(new ClusterOptions { Admission = AdmissionOptions.All }, stop: stop);
        _parts.Push(Cluster);
        await Cluster.WriteKubeconfig(Kubeconfig);
        var following = new Following(Board, Cluster.Storage);
        _parts.Push(following);
        var controllers = ClusterControllers.Start(Cluster.Storage, new ControllerOptions
        {
            Node = new NodeOptions(NodeName, _directory.File("kubelet")),
            OnCsiCall = Board.CountCall,
        });
        _parts.Push(controllers);
        return controllers;
    }

    private async Task StartDriver(ClusterControllers controllers, CancellationToken stop)
    {
        if (_options.CsiAddress is null)
        {
            await StartProgram(
                Story.Driver, Path.Combine(AppContext.BaseDirectory, "hostpath-driver"),
                [$"--endpoint=unix://{CsiSocket}", $"--state-dir={_directory.File("driver")}", $"--node-id={NodeName}", "--v=2"], null);
        }

        DriverName = await Register(controllers, stop);
        var created = Cluster.Storage.Create("csidrivers", new JsonObject
        {
            ["apiVersion"] = "storage.k8s.io/v1",
            ["kind"] = "CSIDriver",
            ["metadata"] = new JsonObject { ["name"] = DriverName },
            ["spec"] = new JsonObject { ["attachRequired"] = true },
        });
        if (!created.IsOk) throw new ClusterRefusal($"Creating the CSIDriver {DriverName} failed: {created.Error.Message}");
    }

    private async Task<string> Register(ClusterControllers controllers, CancellationToken stop)
    {
        var address = CsiAddress.Parse(CsiSocket, out var error) ?? throw new StepFailed($"--csi-address: {error}");
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limited.CancelAfter(DriverLimit);
        var registering = controllers.RegisterDriver(address, limited.Token);
        try
        {
            // A driver that ends at once need not be waited for.
            await Task.WhenAny([registering, .. _programs.Select(program => program.Exited)]);
            if (registering.IsCompleted) return await registering;
            var driver = _programs[0];
            await limited.CancelAsync();
            throw new StepFailed($"{driver.Name} ended with exit code {driver.ExitCode}:{Environment.NewLine}{string.Join(Environment.NewLine, driver.Tail)}");
        }
        catch (Exception failure) when (failure is CsiConnectionException or InvalidOperationException or OperationCanceledException
            && !stop.IsCancellationRequested)
        {
            throw new StepFailed($"The CSI driver at {CsiSocket} did not answer within {DriverLimit.TotalSeconds:0} s. Is it running, and is that its socket? ({failure.Message})");
        }
    }

    private async Task StartProgram(string name, string path, IEnumerable<string> arguments, Action<string>? onLine)
    {
        var program = await ChildProgram.Start(name, path, arguments, _directory.File($"{name}.log"), onLine);
        _programs.Add(program);
        _parts.Push(program);
    }

    private sealed class Following : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly Task _following;

        public Following(Board board, Storage storage) => _following = board.Follow(storage, _stop.Token);

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _following;
            _stop.Dispose();
        }
    }
}

using Sidecars.EmbeddedCluster;
using Sidecars.EmbeddedCluster.Controllers;

namespace Sidecars.Playground;

/// <summary>
/// Everything a run consists of: the cluster with its controllers and one node, the driver, the sidecars. It is built in the order in which
/// each part needs the one before, and disposing takes it down in the reverse order, whatever of it there is.
/// </summary>
internal sealed class World : IAsyncDisposable
{
    public const string NodeName = "playground-node";

    // Enough for a driver that has to start, short enough for somebody who mistyped the socket.
    private static readonly TimeSpan DriverLimit = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan s_restartPause = TimeSpan.FromSeconds(1);

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

    private NodeOptions Node => new(NodeName, _directory.File("kubelet"));

    private string CsiSocket => _options.CsiAddress ?? _directory.File("csi.sock");

    /// <summary>What the livenessprobe says.</summary>
    public DriverHealth Health { get; } = new();

    /// <summary>Brings everything up but the manifests.</summary>
    public static async Task<World> Start(PlaygroundOptions options, WorkingDirectory directory, CancellationToken stop)
    {
        // Looked for first: a missing program is the likeliest mistake, and the cheapest to find.
        foreach (var sidecar in SidecarProgram.All) ProgramFinder.Find(sidecar.FileName, options.Programs);
        var world = new World(options, directory);
        try
        {
            var controllers = await world.StartCluster(stop);
            if (options.CsiAddress is null) await world.StartDriver();
            foreach (var sidecar in SidecarProgram.All) await world.StartSidecar(sidecar);
            world.DriverName = await world.Registered(controllers, stop);
            return world;
        }
        catch
        {
            await world.DisposeAsync();
            throw;
        }
    }

    /// <summary>Kills our own driver, and waits for the sidecars that end with it.</summary>
    public async Task KillDriver(CancellationToken stop)
    {
        await _programs.Single(program => program.Name == Story.Driver).Kill(stop);
        foreach (var name in NamesEndingWithDriver)
        {
            var program = _programs.Single(running => running.Name == name);
            await program.Exited.WaitAsync(stop);
            await program.DisposeAsync(); // its log is written on by the next
            _programs.Remove(program);
        }
    }

    /// <summary>Starts what <see cref="KillDriver"/> ended, as a kubelet does.</summary>
    public async Task StartDriverAgain()
    {
        await StartDriver();
        foreach (var sidecar in SidecarProgram.All.Where(sidecar => sidecar.EndsWithDriver)) await StartSidecar(sidecar);
    }

    /// <summary>Starts anew, after a pause, whatever program ends, as a kubelet does, until told to stop.</summary>
    public async Task KeepRunning(TextWriter output, TimeProvider time, CancellationToken stop)
    {
        while (true)
        {
            await Task.WhenAny(_programs.Select(program => program.Exited)).WaitAsync(stop);
            var ended = _programs.First(program => program.Exited.IsCompleted);
            await output.WriteLineAsync($"{ended.Name} ended with exit code {ended.ExitCode} and is started again; its log: {_directory.File($"{ended.Name}.log")}");
            await ended.DisposeAsync(); // its log is written on by the next
            _programs.Remove(ended);
            await Task.Delay(s_restartPause, time, stop);
            if (ended.Name == Story.Driver) await StartDriver();
            else await StartSidecar(SidecarProgram.All.Single(sidecar => sidecar.FileName == ended.Name));
        }
    }

    private static IEnumerable<string> NamesEndingWithDriver =>
        [Story.Driver, .. SidecarProgram.All.Where(sidecar => sidecar.EndsWithDriver).Select(sidecar => sidecar.FileName)];

    public async ValueTask DisposeAsync()
    {
        while (_parts.TryPop(out var part)) await part.DisposeAsync();
        Health.Dispose();
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
            Nodes = [Node],
            OnCsiCall = Board.CountCall,
        });
        _parts.Push(controllers);
        return controllers;
    }

    private Task StartDriver() => StartProgram(
        Story.Driver, Path.Combine(AppContext.BaseDirectory, "hostpath-driver"),
        [$"--endpoint=unix://{CsiSocket}", $"--state-dir={_directory.File("driver")}", $"--node-id={NodeName}", "--v=2"], null);

    private Task StartSidecar(SidecarProgram sidecar)
    {
        var setting = new SidecarSetting(CsiSocket, Kubeconfig, Node.PluginRegistry, _options.Verbosity);
        var path = ProgramFinder.Find(sidecar.FileName, _options.Programs);
        return StartProgram(
            sidecar.FileName, path, sidecar.Flags(setting), sidecar.FileName == SidecarProgram.LivenessProbe ? Health.ReadLogLine : Board.ReadLogLine);
    }

    /// <summary>The name of the driver, once the registrar has made it known to the node's kubelet.</summary>
    private async Task<string> Registered(ClusterControllers controllers, CancellationToken stop)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limited.CancelAfter(DriverLimit);
        try
        {
            // A program that ends at once need not be waited for.
            await Task.WhenAny([controllers.FirstDriverOf(NodeName), .. _programs.Select(program => program.Exited)]).WaitAsync(limited.Token);
            if (controllers.FirstDriverOf(NodeName) is { IsCompleted: true } first) return await first;
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            throw new StepFailed($"The CSI driver at {CsiSocket} was not registered within {DriverLimit.TotalSeconds:0} s. Is it running, and is that its socket?{EndOf("csi-node-driver-registrar")}");
        }

        var ended = _programs.First(program => program.Exited.IsCompleted);
        throw new StepFailed($"{ended.Name} ended with exit code {ended.ExitCode}:{EndOf(ended.Name)}");
    }

    private string EndOf(string program) => string.Concat(
        _programs.Where(running => running.Name == program).SelectMany(running => running.Tail).Select(line => Environment.NewLine + line));

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

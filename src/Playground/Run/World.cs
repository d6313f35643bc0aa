using Sidecars.EmbeddedCluster;
using Sidecars.EmbeddedCluster.Controllers;

namespace Sidecars.Playground;

/// <summary>
/// Everything a run consists of: the cluster with its controllers and nodes, the driver, the sidecars. It is built in the order in which
/// each part needs the one before, and disposing takes it down in the reverse order, whatever of it there is.
/// </summary>
internal sealed class World : IAsyncDisposable
{
    // Short enough for somebody who mistyped the socket.
    private static readonly TimeSpan s_driverLimit = TimeSpan.FromSeconds(20);

    private readonly Stack<IAsyncDisposable> _parts = new();
    private readonly PlaygroundOptions _options;
    private readonly WorkingDirectory _directory;
    private readonly Action<string> _tell;

    private World(PlaygroundOptions options, WorkingDirectory directory, Action<string> tell)
    {
        (_options, _directory, _tell) = (options, directory, tell);
        Nodes = PlaygroundNode.All(options, directory);
        Programs = new ProgramKeeper(tell, TimeProvider.System);
    }

    public Board Board { get; } = new(TimeProvider.System);

    public ClusterServer Cluster { get; private set; } = null!;

    public string DriverName { get; private set; } = "";

    public string Kubeconfig => _directory.Kubeconfig;

    /// <summary>The driver and the sidecars.</summary>
    public ProgramKeeper Programs { get; }

    public IReadOnlyList<PlaygroundNode> Nodes { get; }

    // What runs once in a cluster speaks to the driver at its first socket.
    private PlaygroundNode FirstNode => Nodes[0];

    /// <summary>What the livenessprobe says.</summary>
    public DriverHealth Health { get; } = new();

    /// <summary>Brings everything up but the manifests. <paramref name="tell"/> is told of programs that are started again.</summary>
    public static async Task<World> Start(PlaygroundOptions options, WorkingDirectory directory, Action<string> tell, CancellationToken stop)
    {
        // Looked for first: a missing program is the likeliest mistake, and the cheapest to find.
        var world = new World(options, directory, tell);
        foreach (var placed in world.Sidecars) ProgramFinder.Find(placed.Program.FileName, options.Programs);
        try
        {
            var controllers = await world.StartCluster(stop);
            if (options.CsiAddress is null) await world.StartDriver();
            if (options.Chart is { } chart) Compare(chart, await DriverTraits.Ask(world.FirstNode.CsiSocket, s_driverLimit, stop), tell);
            await world.StartSidecars(sidecar => sidecar.Needs.Count is 0 || options.IsOwnDriver || options.Chart is not null);
            world.DriverName = await world.Registered(controllers, stop);
            if (options is { CsiAddress: { } socket, Chart: null }) await world.StartWhatItNeeds((await DriverTraits.Ask(socket, s_driverLimit, stop)).Abilities, tell);
            return world;
        }
        catch
        {
            await world.DisposeAsync();
            throw;
        }
    }

    /// <summary>Kills our own driver, and waits for the sidecars that end with it.</summary>
    public Task KillDriver(CancellationToken stop) => Programs.Kill(
        Story.Driver, Sidecars.Where(placed => placed.Program.EndsWithDriver).Select(placed => placed.Node.NameOf(placed.Program.FileName)), stop);

    /// <summary>Starts what <see cref="KillDriver"/> ended, as a kubelet does.</summary>
    public async Task StartDriverAgain()
    {
        await StartDriver();
        await StartSidecars(sidecar => sidecar.EndsWithDriver);
    }

    /// <summary>Every sidecar with the node it is started for, in the order of their starts.</summary>
    private IEnumerable<PlacedSidecar> Sidecars =>
        from program in SidecarProgram.All
        let container = _options.Chart?.Containers.FirstOrDefault(container => container.Program == program.FileName)
        where _options.Chart is null || container is not null
        // One probe tells of the driver's health.
        let isOnEveryNode = container is null ? program.IsOnEveryNode : container.IsOnEveryNode && program.FileName != SidecarProgram.LivenessProbe
        from node in Nodes.Take(isOnEveryNode ? Nodes.Count : 1)
        select new PlacedSidecar(program, node, container);

    public async ValueTask DisposeAsync()
    {
        await Programs.DisposeAsync();
        while (_parts.TryPop(out var part)) await part.DisposeAsync();
        Health.Dispose();
    }

    private async Task<ClusterControllers> StartCluster(CancellationToken stop)
    {
        var chart = _options.Chart;
        Cluster = await ClusterServer.StartAsync(
            new ClusterOptions { Admission = AdmissionOptions.All, UseRbac = chart is not null, Users = chart?.Accounts ?? [] }, stop: stop);
        _parts.Push(Cluster);
        await Cluster.WriteKubeconfig(Kubeconfig);
        if (chart is not null) ChartObjects.LetEverybodyElseDoEverything(Cluster.Storage);
        using (var api = new ClusterApi(Cluster.Url))
        {
            foreach (var definition in Manifests.SnapshotDefinitions()) await api.Create(definition, stop);
            if (chart is not null) await ChartObjects.Apply(chart, api, _tell, stop);
        }

        if (chart is not null && _options.Files.Count is 0) ChartObjects.GrantSecretsOfAnnouncement(chart, Cluster.Storage);
        foreach (var account in chart?.Accounts ?? []) await Cluster.WriteKubeconfig(KubeconfigOf(account.Name), account.Name);
        var following = new Following(Board, Cluster.Storage);
        _parts.Push(following);
        var controllers = ClusterControllers.Start(Cluster.Storage, new ControllerOptions
        {
            Nodes = [.. Nodes.Select(NodeOptionsOf)],
            OnCsiCall = Board.CountCall,
        });
        _parts.Push(controllers);
        return controllers;
    }

    private static NodeOptions NodeOptionsOf(PlaygroundNode node) => new(node.Name, node.KubeletDirectory);

    private Task StartDriver() => StartProgram(
        Story.Driver, Path.Combine(AppContext.BaseDirectory, "hostpath-driver"),
        [
            $"--endpoint=unix://{FirstNode.CsiSocket}",
            $"--state-dir={_directory.File("driver")}",
            $"--node-id={FirstNode.Name}",
            .. _options.Chart?.DriverName is { } name ? [$"--drivername={name}"] : Array.Empty<string>(),
            $"--further-nodes={string.Join(',', Nodes.Skip(1).Select(node => $"{node.Name}=unix://{node.CsiSocket}"))}",
            $"--node-capacity={string.Join(',', Nodes.SkipLast(1).Select(node => $"{node.Name}={PlaygroundNode.SmallCapacity}"))}",
            "--v=2",
        ], null);

    // Where the two disagree something will lack a right or have nothing to do: said before it happens.
    private static void Compare(ChartRelease chart, DriverTraits driver, Action<string> tell)
    {
        if (chart.DriverName is { } expected && expected != driver.Name)
            throw new StepFailed($"The chart is for {expected}, and the driver calls itself {driver.Name}: set csi-sidecars.driverName to that.");
        foreach (var line in CapabilityTable.Disagreements(driver.Name, driver.Abilities, chart.Capabilities)) tell(line);
    }

    private async Task StartSidecars(Func<SidecarProgram, bool> which)
    {
        foreach (var placed in Sidecars.Where(placed => which(placed.Program))) await StartSidecar(placed);
    }

    private async Task StartWhatItNeeds(IReadOnlySet<DriverAbility> abilities, Action<string> tell)
    {
        await StartSidecars(sidecar => sidecar.Needs.Any(abilities.Contains));
        if (!abilities.Contains(DriverAbility.Snapshot))
            tell($"{DriverName} takes no snapshots (CREATE_DELETE_SNAPSHOT), so {SnapshotStory.Snapshotter} and {SnapshotStory.SnapshotController} are not started");
        if (!abilities.Contains(DriverAbility.Expand) && !abilities.Contains(DriverAbility.Modify))
            tell($"{DriverName} neither grows volumes nor changes their attributes (EXPAND_VOLUME, MODIFY_VOLUME), so {Growth.Resizer} is not started");
    }

    private Task StartSidecar(PlacedSidecar placed)
    {
        var (sidecar, node, container) = placed;
        var name = node.NameOf(sidecar.FileName);
        var kubeconfig = container is null ? Kubeconfig : KubeconfigOf(ChartRelease.UserName(container));
        var setting = new SidecarSetting(node.CsiSocket, kubeconfig, NodeOptionsOf(node).PluginRegistry, _options.TellsRoom, _options.Verbosity);
        var environment = container?.EnvironmentOn(node.Name, name);
        var chosen = container?.ArgumentsWith(environment!) ?? sidecar.Choices(setting);
        return StartProgram(
            name, ProgramFinder.Find(sidecar.FileName, _options.Programs), [.. chosen, .. sidecar.Places(setting), .. _options.SidecarArguments[sidecar.FileName]],
            sidecar.FileName == SidecarProgram.LivenessProbe ? Health.ReadLogLine : Board.ReadLogLine, environment);
    }

    private string KubeconfigOf(string account) => _directory.File($"kubeconfig-{account.Replace(':', '-')}");

    /// <summary>The name of the driver, once the registrars have made it known to the kubelets of all nodes.</summary>
    private async Task<string> Registered(ClusterControllers controllers, CancellationToken stop)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limited.CancelAfter(s_driverLimit);
        var registered = Task.WhenAll(Nodes.Select(node => controllers.FirstDriverOf(node.Name)));
        try
        {
            await Task.WhenAny(registered, Programs.Failed).WaitAsync(limited.Token);
            if (registered.IsCompleted) return (await registered)[0];
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            var missing = Nodes.First(node => !controllers.FirstDriverOf(node.Name).IsCompleted);
            throw new StepFailed(
                $"The CSI driver at {missing.CsiSocket} was not registered within {s_driverLimit.TotalSeconds:0} s. Is it running, and is that its socket?"
                + Lines(Programs.TailOf(missing.NameOf(Story.NodeRegistrar))));
        }

        var ended = await Programs.Failed;
        throw new StepFailed($"{ended.Name} ended with exit code {ended.ExitCode}:{Lines(Programs.MissingRights.Concat(ended.Tail))}");
    }

    private static string Lines(IEnumerable<string> lines) => string.Concat(lines.Select(line => Environment.NewLine + line));

    private Task StartProgram(string name, string path, IReadOnlyList<string> arguments, Action<string>? onLine, IReadOnlyDictionary<string, string>? environment = null) =>
        Programs.Start(name, () => ChildProgram.Start(name, path, arguments, _directory.File($"{name}.log"), onLine, environment));

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

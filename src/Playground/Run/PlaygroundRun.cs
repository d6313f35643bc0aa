using System.Text.Json.Nodes;
using Sidecars.Hosting;
using Spectre.Console;

namespace Sidecars.Playground;

/// <summary>
/// One run from start to end: bring the world up, apply the manifests, show what happens, and then either check everything and take it down
/// (<c>--once</c>) or stay up until told to stop. Whatever happens, nothing is left behind.
/// </summary>
internal sealed class PlaygroundRun(PlaygroundOptions options, TextWriter output, TextWriter errors, bool isTerminal, TimeProvider time)
{
    /// <summary>The board, while it is shown.</summary>
    private volatile Board? _shown;

    public async Task<int> Run(CancellationToken stop)
    {
        try
        {
            using var directory = WorkingDirectory.Create(options.KeepDirectory);
            await output.WriteLineAsync($"""
                Starting cluster, driver and sidecars in {directory.Path}
                  export KUBECONFIG={directory.Kubeconfig}
                  tail -F {directory.File("*.log")}
                """);
            await using var world = await World.Start(options, directory, Tell, stop);
            return await Play(world, directory, stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return options.Once ? ExitCode.Interrupted : ExitCode.Success;
        }
        catch (Exception failure) when (
            failure is StepFailed or ClusterRefusal or FormatException or IOException or UnauthorizedAccessException or HttpRequestException)
        {
            await errors.WriteLineAsync(failure.Message);
            if (failure is StepFailed && options.KeepDirectory is null) await errors.WriteLineAsync("--keep-dir DIR keeps all logs.");
            return ExitCode.Failure;
        }
    }

    // While the board is shown, everything is said through it.
    private void Tell(string line)
    {
        if (_shown is { } board) board.Tell(line);
        else output.WriteLine(line);
    }

    private async Task<int> Play(World world, WorkingDirectory directory, CancellationToken stop)
    {
        using var api = new ClusterApi(world.Cluster.Url);
        var manifests = Manifests.Load(options.Files, world.DriverName);
        var state = new ClusterState(world.Cluster.Storage);
        var data = options.IsOwnDriver ? new DriverData(directory) : null;
        var story = StoryOf(manifests);
        var walk = new StepWalk(world.Board, world.Programs, time);
        _shown = world.Board;
        await using (var show = new Showing(stopShowing => Show(world.Board, stopShowing)))
        {
            await Come(manifests, story.Registered().Concat(story.Rising()));
            foreach (var line in story.Workloads.NotWaitedFor()) Tell(line);
            // What was made of the manifests since, such as the pods and claims of a StatefulSet.
            if (options.Files.Count > 0) await See(StoryOf(state.Living()).Rising());
            if (options.HasSequel) await GoOn();
            if (options.Chart is { LeftOut: { Count: > 0 } missing }) Tell($"The story goes no further, because the chart's values leave out {string.Join(", ", missing)}.");
            if (options.Once) await TakeDown(story.Workloads, StoryOf(state.Living()), api, walk, stop);
            if (options is { Once: true, IsOwnDriver: true }) await LoseDriver(story, world, walk, stop);
            if (!options.Once) await StayUp(world, story, stop);
            _shown = null;
        }

        // The lines of a run that stays up have them above the invitation.
        if (options.Once || isTerminal) await output.WriteLineAsync($"CSI calls: {world.Board.Calls}");
        if (!options.Once) return ExitCode.Success;
        await output.WriteLineAsync($"All of it came true: {string.Join(", ", walk.Deeds)}.");
        if (Unplayed.Of(options) is { } unplayed) await output.WriteLineAsync(unplayed);
        return ExitCode.Success;

        Story StoryOf(IReadOnlyList<JsonObject> told) => new(state, data, world.DriverName, world.Nodes, told);

        async Task GoOn()
        {
            Sequel.WritePage(story);
            var snapshot = Manifests.Snapshot(world.DriverName);
            await Come(snapshot, StoryOf(snapshot).Rising());
            Sequel.WriteAnotherPage(story);
            var more = Manifests.Sequel(world.DriverName, options.TellsRoom);
            await Come(more, new Sequel(state, story, StoryOf(more), world.Nodes).Steps());
            var wish = Manifests.Growth().Single();
            await api.Change(wish, stop);
            await See(new Growth(state, world.DriverName, wish).Steps());
            if (options.ChangesAttributes) await ChangeAttributes();
        }

        async Task ChangeAttributes()
        {
            var attributes = Manifests.Attributes(world.DriverName).Single();
            await api.Create(attributes, stop);
            var wish = Manifests.OtherAttributes().Single();
            await api.Change(wish, stop);
            using var driver = await DriverTraits.Connect(world.Nodes[0].CsiSocket, options.StepLimit, stop);
            await See(new OtherAttributes(state, driver, attributes, wish).Steps());
        }

        async Task Come(IEnumerable<JsonObject> applied, IEnumerable<Step> steps)
        {
            foreach (var manifest in applied) await api.Create(manifest, stop);
            await See(steps);
        }

        async Task See(IEnumerable<Step> steps)
        {
            foreach (var step in steps) await walk.Wait(step, options.Once ? options.StepLimit : null, stop);
        }
    }

    /// <summary>Takes everything down that is there, whoever made it: what makes pods first, or it would make them anew.</summary>
    private async Task TakeDown(WorkloadStory workloads, Story living, ClusterApi api, StepWalk walk, CancellationToken stop)
    {
        var podsGone = living.PodsGone();
        foreach (var workload in workloads.All) await api.Delete(workload, stop);
        foreach (var step in workloads.Gone()) await walk.Wait(step, options.StepLimit, stop);
        foreach (var pod in living.Pods) await api.Delete(pod, stop);
        foreach (var step in podsGone) await walk.Wait(step, options.StepLimit, stop);
        foreach (var held in living.Claims.Concat(living.Snapshots.All)) await api.Delete(held, stop);
        foreach (var step in living.VolumesGone()) await walk.Wait(step, options.StepLimit, stop);
    }

    /// <summary>The driver is killed and comes back: the node's health check has to turn red and green again.</summary>
    private async Task LoseDriver(Story story, World world, StepWalk walk, CancellationToken stop)
    {
        await Find(story.Healthy);
        await world.KillDriver(stop);
        world.Board.Tell($"{Story.Driver}: killed");
        await Find(story.Dead);
        await world.StartDriverAgain();
        world.Board.Tell($"{Story.Driver}: started again");
        await Find(story.Healthy);

        async Task Find(Func<DriverHealth, Step> what)
        {
            var step = what(world.Health);
            await walk.Wait(step, options.StepLimit, stop);
            world.Board.Tell($"{step.Promise}: {step.LastSeen()}");
        }
    }

    /// <summary>Says what may be done now, and shows what comes of it until it is told to stop.</summary>
    private async Task StayUp(World world, Story story, CancellationToken stop)
    {
        if (Unplayed.Of(options) is { } unplayed) Tell(unplayed);
        var claim = story.Claims.Count > 0 ? ClusterState.NameOf(story.Claims[0]) : "NAME";
        world.Board.Invite([
            "The cluster stays up until Ctrl-C; try in another terminal:",
            $"  export KUBECONFIG={world.Kubeconfig}",
            "  kubectl get pvc,pv,pods",
            "  kubectl delete pods,pvc,volumesnapshots --all",
            $"  kubectl describe pvc {claim}",
            "  kubectl get nodes --show-labels",
            "  kubectl get csistoragecapacities -A",
            "  kubectl get volumesnapshots,volumesnapshotcontents",
            "  kubectl get events --sort-by=.lastTimestamp",
        ]);
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = stop.Register(stopped.SetResult);
        await stopped.Task;
    }

    private Task Show(Board board, CancellationToken stop) =>
        isTerminal ? new LiveDisplay(AnsiConsole.Console).Run(board, stop) : new PlainDisplay(output).Run(board, stop);

    // Shows the board for as long as it lives; what is shown last is the final state.
    private sealed class Showing : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly Task _showing;

        public Showing(Func<CancellationToken, Task> show) => _showing = show(_stop.Token);

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _showing;
            _stop.Dispose();
        }
    }
}

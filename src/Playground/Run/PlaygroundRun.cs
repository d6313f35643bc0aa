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
            _ = Manifests.Load(options.Files, Manifests.DriverPlaceholder); // a mistake in a file is found before anything is started
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
        var whole = story;
        var walk = new StepWalk(world.Board, world.Programs, time);
        _shown = world.Board;
        await using (var show = new Showing(stopShowing => Show(world.Board, stopShowing)))
        {
            await Come(manifests, story.Registered().Concat(story.Rising()));
            if (options.HasSequel)
            {
                Sequel.WritePage(story);
                var snapshot = Manifests.Snapshot(world.DriverName);
                await Come(snapshot, StoryOf(snapshot).Rising());
                Sequel.WriteAnotherPage(story);
                var more = Manifests.Sequel(world.DriverName, options.TellsRoom);
                await Come(more, new Sequel(state, story, StoryOf(more), world.Nodes).Steps());
                whole = StoryOf([.. manifests, .. snapshot, .. more]);
                var wish = Manifests.Growth().Single();
                await api.Change(wish, stop);
                await See(new Growth(state, world.DriverName, wish).Steps());
            }

            if (options.Chart is { LeftOut: { Count: > 0 } missing }) Tell($"The story goes no further, because the chart's values leave out {string.Join(", ", missing)}.");
            if (options.Once) await TakeDown(whole, api, walk, stop);
            if (options is { Once: true, IsOwnDriver: true }) await LoseDriver(story, world, walk, stop);
            _shown = null;
        }

        await output.WriteLineAsync($"CSI calls: {world.Board.Calls}");
        if (options.Once)
        {
            await output.WriteLineAsync($"All of it came true: {string.Join(", ", walk.Deeds)}.");
            return ExitCode.Success;
        }

        await Invite(world, story);
        await Task.Delay(Timeout.InfiniteTimeSpan, time, stop);
        return ExitCode.Success;

        Story StoryOf(IReadOnlyList<JsonObject> told) => new(state, data, world.DriverName, world.Nodes, told);

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

    private async Task TakeDown(Story story, ClusterApi api, StepWalk walk, CancellationToken stop)
    {
        var podsGone = story.PodsGone();
        foreach (var pod in story.Pods) await api.Delete(pod, stop);
        foreach (var step in podsGone) await walk.Wait(step, options.StepLimit, stop);
        foreach (var held in story.Claims.Concat(story.Snapshots.All)) await api.Delete(held, stop);
        foreach (var step in story.VolumesGone()) await walk.Wait(step, options.StepLimit, stop);
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

    private async Task Invite(World world, Story story)
    {
        var claim = story.Claims.Count > 0 ? story.Claims[0]["metadata"]!["name"]!.ToString() : "NAME";
        await output.WriteLineAsync($"""

            The volume is published. The cluster stays up until Ctrl-C; try:

              export KUBECONFIG={world.Kubeconfig}
              kubectl get pvc,pv,pods
              kubectl describe pvc {claim}
              kubectl get nodes --show-labels
              kubectl get csistoragecapacities -A
              kubectl get volumesnapshots,volumesnapshotcontents
              kubectl get events --sort-by=.lastTimestamp
              kubectl delete pods,pvc,volumesnapshots --all

            """);
    }

    private Task Show(Board board, CancellationToken stop) =>
        isTerminal ? new LiveDisplay(AnsiConsole.Console).Run(board, stop) : new PlainDisplay(output, time).Run(board, stop);

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

namespace Sidecars.Bench;

/// <summary>
/// Measures one program in one cluster, from the first object to the last figure. It reads top to bottom as it happens; a program that dies, or does not come
/// to an end within the limit, leaves the figures there are.
/// </summary>
internal sealed class Measurement(BenchOptions options, MeasuredCommand command, BenchCluster cluster, string directory, Action<string> tell, TimeProvider time)
{
    /// <summary>How long the cluster and the bench get to be done with what was written to them, garbage and compiling included, before a program starts.</summary>
    private static readonly TimeSpan s_settling = TimeSpan.FromSeconds(1);

    private readonly BenchObjects _objects = new(cluster.Api);
    private readonly IWork? _work = Works.Of(options.Mode, options.Count);
    private readonly Timeline _timeline = new(options.Count, time);

    public async Task<RunFigures> Run(string log, CancellationToken stop)
    {
        tell($"{command.Name}: making what it works on");
        if (cluster.IsEmbedded) await WarmUp(stop);
        await Prepare(stop);
        var socket = Path.Combine(directory, "csi.sock");
        File.Delete(socket);
        await using var driver = await NullDriver.Start(socket, stop);
        var marks = cluster.AuditLog is { } audit ? new AuditMarks(audit, cluster.SidecarKubeconfig, time) : null;
        await using var watch = _work is null ? null : await ProgressWatch.Open(cluster.Api, _work, _timeline, stop);
        if (!options.IsLive) await AskForAll(stop);
        if (marks is not null) await marks.Begin(stop);
        await Task.Delay(s_settling, time, stop);

        tell($"{command.Name}: measuring {options.Title}");
        RunFigures figures;
        await using (var program = ProgramUnderTest.Start(command, Arguments(socket), log))
        {
            if (!options.IsLive) _timeline.Begin();
            figures = await Watch(program, watch, stop);
        }
        var (requests, remark) = marks is null ? (null, "no requests are counted: give the cluster's audit log with --audit-log") : await marks.End(stop);
        return figures with
        {
            Program = command.Name,
            Work = _work is null ? null : _timeline.Figures(),
            Calls = driver.Calls.Snapshot(),
            Requests = requests,
            Remark = string.Join("; ", ((string[])[figures.Remark, remark]).Where(text => text.Length > 0)),
        };
    }

    /// <summary>A server of this process compiles what a request needs when it comes for the first time, which is not the program's doing.</summary>
    private async Task WarmUp(CancellationToken stop)
    {
        const int rounds = 50;
        await _objects.MakeNamespace(stop);
        await BenchObjects.ForEach(rounds, (index, token) => _objects.MakeBoundClaim(BenchObjects.Name(index, BenchObjects.Standing), token), stop);
        await new OwnObjects(cluster.Api).Remove(stop);
    }

    private async Task Prepare(CancellationToken stop)
    {
        await _objects.MakeNamespace(stop);
        await _objects.MakeStorageClass(stop);
        if (cluster.IsEmbedded || options.Mode is "snapshot" or "idle") await cluster.ServeSnapshots(stop);
        await BenchObjects.ForEach(options.StandingClaims, (index, token) => _objects.MakeBoundClaim(BenchObjects.Name(index, BenchObjects.Standing), token), stop);
        if (options.Pods > 0) await _objects.MakeServiceAccount(stop);
        await BenchObjects.ForEach(options.Pods, (index, token) => _objects.MakePod(index, token), stop);
        if (_work is not null) await _work.Prepare(_objects, stop);
    }

    private async Task AskForAll(CancellationToken stop)
    {
        if (_work is null) return;
        await BenchObjects.ForEach(options.Count, async (index, token) =>
        {
            _timeline.Ask(_work.NameOf(index));
            await _work.Ask(_objects, index, token);
        }, stop);
    }

    /// <summary>What the program's life brings: at rest, at work, at rest again.</summary>
    private async Task<RunFigures> Watch(ProgramUnderTest program, ProgressWatch? watch, CancellationToken stop)
    {
        var figures = new RunFigures();
        if (_work is null || options.IsLive)
        {
            await OrItsEnd(program, Task.Delay(options.Quiet, time, stop));
            figures = figures with { Idle = program.Read() };
        }
        if (watch is null || program.Ending is not null) return figures with { IsComplete = program.Ending is null, Remark = program.Ending ?? "" };

        if (options.IsLive)
        {
            _timeline.Begin();
            await AskForAll(stop);
        }
        var late = Task.Delay(options.Limit, time, stop);
        await OrItsEnd(program, Task.WhenAny(_timeline.AllDone, watch.Completion, late));
        figures = figures with { End = program.Read(), IsComplete = _timeline.AllDone.IsCompletedSuccessfully && program.Ending is null };
        stop.ThrowIfCancellationRequested();
        if (!figures.IsComplete)
            return figures with { Remark = program.Ending ?? watch.Completion.Exception?.InnerException?.Message ?? $"not all was done within the limit of {options.Limit.TotalSeconds:0} s" };
        await OrItsEnd(program, Task.Delay(options.Quiet, time, stop));
        return figures with { After = program.Read(), IsComplete = program.Ending is null, Remark = program.Ending ?? "" };
    }

    /// <summary>Waits for something, or for the program to end before it.</summary>
    private static async Task OrItsEnd(ProgramUnderTest program, Task something)
    {
        var first = await Task.WhenAny(something, program.Exited);
        if (first == something) await something;
    }

    private IEnumerable<string> Arguments(string socket)
    {
        yield return $"--kubeconfig={Path.GetFullPath(cluster.SidecarKubeconfig)}";
        if (command.HasDriver) yield return $"--csi-address={socket}";
    }
}

using Microsoft.Extensions.Logging;
using Sidecars.Csi;
using Sidecars.Hosting;
using Sidecars.Hosting.Flags;
using Sidecars.Hosting.Http;
using Sidecars.Hosting.Memory;
using Sidecars.Hosting.Metrics;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Rights;

namespace Sidecars.ControllerManager;

/// <summary>
/// The life of a process after its command line was accepted (common contract 7): find the cluster, meet the driver, let the
/// sidecars check what they need, serve diagnostics, and work, as the leader where that is asked for. Every step that fails ends the process with the program's exit code
/// for it and one line that says why.
/// </summary>
internal sealed partial class ControllerRun(ControllerProgram program, ProcessLife life, TimeProvider time, string version)
{
    private readonly ILogger _log = life.Loggers.CreateLogger<ControllerRun>();
    private readonly MetricRegistry _metrics = new();
    private readonly CancellationToken _stop = life.Stopping;
    private readonly StandardFlags _flags = program.CommandLine.Standard;

    /// <inheritdoc cref="WorkingTerm.Filled"/>
    public Action Filled { get; init; } = GiveBack;

    public async Task<int> RunAsync()
    {
        Log.Starting(_log, program.CommandLine.Program, ProgramVersion.Full(version));
        var gates = program.CommandLine.Gates();
        life.DrainOnSignal = program.Start.DrainsAlways || gates.IsEnabled(CommandLine.ReleaseGate);
        var sidecars = program.Sidecars(gates);

        var (kubeconfig, master) = program.Cluster();
        var (cluster, clusterError) = ClusterAddress.Find(kubeconfig, master);
        if (cluster is null) return Fail(program.Start.NoCluster, clusterError!);

        var clients = new SidecarClients(cluster, program.CommandLine.Program, version, _flags, life.Loggers, time);
        await using var diagnostics = new DiagnosticsServer(life.Loggers, time);
        if (sidecars.Select(s => s.Driver).OfType<DriverQuestions>().ToList() is not { Count: > 0 } questions)
            return await Check(sidecars, null, clients) ?? Serve(diagnostics, []) ?? await Work(sidecars, null, clients, diagnostics);

        var asked = questions.Aggregate((all, one) => all.With(one));
        var meeting = new DriverMeeting(_flags.CsiAddress.Value, asked, program.Start.ServesBeforeReady, life.Loggers, time);
        var (connection, name, failure) = await meeting.Introduce(_stop);
        if (connection is null) return Fail(failure!);
        using var connected = connection;
        _ = EndWhenLost(connection);

        if (program.Start.ServesBeforeCapabilities && Serve(diagnostics, [meeting.Metrics]) is { } early) return early;
        if (await meeting.UntilReady(connection, _stop) is { } notReady) return Fail(notReady);
        (var driver, failure) = await meeting.Ask(connection, name, _stop);
        if (driver is null) return Fail(failure!);
        if (await Check(sidecars, driver, clients) is { } problem) return problem;
        if (!program.Start.ServesBeforeCapabilities && Serve(diagnostics, [meeting.Metrics]) is { } late) return late;
        return await Work(sidecars, driver, clients, diagnostics);
    }

    /// <summary>Null where diagnostics are served, or are not wanted.</summary>
    private int? Serve(DiagnosticsServer diagnostics, ReadOnlySpan<MetricRegistry> more) =>
        SidecarDiagnostics.Serve(diagnostics, life, _flags, version, program.Start.HasAlphaStartTime, time, [_metrics, .. more]) is { } error
            ? Fail(program.Start.NoListener, error)
            : null;

    /// <summary>Null where every sidecar can work, as far as that can be known now.</summary>
    private async Task<int?> Check(IReadOnlyList<Sidecar> sidecars, ConnectedDriver? driver, SidecarClients clients)
    {
        var context = new StartContext(driver, rate => clients.Create(rate: rate), time, life.Loggers);
        foreach (var sidecar in sidecars)
        {
            if (sidecar.Check is { } check && await check(context, _stop) is { } problem) return Fail(problem.Code, problem.Reason);
        }
        return null;
    }

    private async Task<int> Work(IReadOnlyList<Sidecar> sidecars, ConnectedDriver? driver, SidecarClients clients, DiagnosticsServer diagnostics)
    {
        var leases = sidecars.Select(s => s.LeaseOf(driver?.Name ?? ""));
        using var elections = new Elections(leases, _flags, clients, _metrics, life.Loggers, time);
        if (elections.AreHeld) SidecarDiagnostics.ServeLeaderHealth(diagnostics, _flags, () => elections.AreHealthy);

        using var ended = CancellationTokenSource.CreateLinkedTokenSource(_stop);
        using var api = clients.Create();
        using var eventApi = clients.Create();
        var rights = new RightsCheck(eventApi, _metrics, life.Loggers).RunAsync([.. elections.Rights, .. sidecars.SelectMany(s => s.Rights(driver))], ended.Token);
        var parts = new ProcessParts
        {
            Api = api, EventApi = eventApi, NewClient = rate => clients.Create(rate: rate),
            Metrics = _metrics, Time = time, EventTime = time, Loggers = life.Loggers,
        };
        var term = new WorkingTerm(sidecars, driver, parts) { Filled = Filled };
        var isDone = await elections.RunAsync(term.RunAsync, life.DrainOnSignal, _stop);
        await ended.CancelAsync();
        await rights;
        return isDone ? ExitCode.Success : Fail(ExitCode.Failure, "the leader lease was lost; another replica may work from now on");
    }

    /// <summary>
    /// Filling the stores is the largest piece of work of most days: what it took beside what is kept goes back to the system, once. Without
    /// this it would stay resident, because nothing that comes later makes the runtime look at it.
    /// </summary>
    private static void GiveBack()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        MappedFiles.GiveBack();
    }

    /// <summary>A restarted driver may be another one: everything known of it is stale, so the process starts anew too.</summary>
    private async Task EndWhenLost(CsiConnection connection)
    {
        await connection.Lost;
        life.Fail(ExitCode.Failure, CsiConnection.LostMessage, asTerminationMessage: true);
    }

    private int Fail(DriverStartFailure failure) => Fail(program.Start.CodeOf(failure.Step), failure.Reason);

    private int Fail(int code, string reason)
    {
        life.Fail(code, reason);
        return code;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Starting: {program} {version}")]
        public static partial void Starting(ILogger logger, string program, string version);
    }
}

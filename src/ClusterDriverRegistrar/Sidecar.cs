using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using Sidecars.ClusterDriverRegistrar.Driver;
using Sidecars.ClusterDriverRegistrar.Registration;
using Sidecars.Csi;
using Sidecars.Hosting;
using Sidecars.Hosting.Http;
using Sidecars.Hosting.Metrics;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Leading;
using Sidecars.Kubernetes.Rights;

namespace Sidecars.ClusterDriverRegistrar;

/// <summary>
/// The life of the program in the order of the contract (registrar contract A3, B2): find the cluster, serve diagnostics, wait for the
/// driver, ask who it is, and keep its object, as the leader where that is asked for. An interrupt deletes the object, a termination does so
/// only where that was asked for.
/// </summary>
internal sealed partial class Sidecar(RegistrarFlags flags, ProcessLife life, TimeProvider time, string version)
{
    private const string LeasePrefix = "cluster-driver-registrar-leader-";

    private readonly ILogger _log = life.Loggers.CreateLogger<Sidecar>();
    private readonly MetricRegistry _metrics = new();
    private readonly RegistrarState _state = new();
    private bool _couldNotDelete;

    public async Task<int> RunAsync()
    {
        life.DrainOnSignal = true; // what a signal means is decided here, by which of them it was
        life.EndsOnSecondSignal = false; // the end has a limit, and a deletion that is cut short leaves the object behind
        try
        {
            return await Run(life.Stopping) ?? EndOfSignal();
        }
        catch (OperationCanceledException) when (life.Stopping.IsCancellationRequested)
        {
            return EndOfSignal();
        }
    }

    /// <summary>Null when it ended because it was told to.</summary>
    private async Task<int?> Run(CancellationToken stop)
    {
        Log.Starting(_log, ProgramVersion.Full(version));
        foreach (var flag in flags.WithoutEffect()) Log.WithoutEffect(_log, flag);
        var (cluster, clusterError) = ClusterAddress.Find(flags.Standard.Kubeconfig.Value);
        if (cluster is null) return Fail(clusterError!);

        await using var diagnostics = new DiagnosticsServer(life.Loggers, time);
        ServeHealth(diagnostics);
        var callMetrics = new CsiCallMetrics(_metrics);
        var metrics = new RegistrarMetrics(_metrics);
        if (!flags.Standard.LeaderElection.Value) metrics.Begin();
        if (SidecarDiagnostics.Serve(diagnostics, life, flags.Standard, version, alphaStartTime: true, time, _metrics) is { } listenError) return Fail(listenError);

        var address = CsiAddress.Parse(flags.CsiAddress.Value, out _)!; // was checked with the flags
        using var driver = new DriverLink(address, flags.Spec.AttachRequired, DriverIdentity.ShortLimit, callMetrics, time, life.Loggers);
        var met = await driver.MeetAsync(stop);
        if (!met.IsOk) return Fail($"{met.Error.Text}; look at the log of the driver at {address}");
        callMetrics.DriverName = met.Response.Name;
        Log.Driver(_log, met.Response.Name, met.Response.NeedsAttach);
        if (DriverName.Problem(met.Response.Name) is { } problem) Log.BadName(_log, met.Response.Name, problem);

        _ = EndWhenAnother(driver, met.Response, stop);
        return await Work(new SidecarClients(cluster, "csi-cluster-driver-registrar", version, flags.Standard, life.Loggers, time), met.Response, diagnostics, metrics, stop);
    }

    private async Task<int?> Work(SidecarClients clients, DriverFacts driver, DiagnosticsServer diagnostics, RegistrarMetrics metrics, CancellationToken stop)
    {
        using var leadership = new Leadership(flags.Standard, LeasePrefix + driver.Name, clients, _metrics, life.Loggers, time);
        if (leadership.IsElected) SidecarDiagnostics.ServeLeaderHealth(diagnostics, flags.Standard, () => leadership.IsHealthy);
        using var api = clients.Create();
        var item = new DriverObject(api, driver.Name, time, Random.Shared.NextDouble);
        var registrar = new Registrar(item, flags.Spec.Wanted(driver.NeedsAttach), flags.Reconcile.Value, metrics, time, life.Loggers.CreateLogger<Registrar>());
        var keeper = new Keeper(item, registrar, _state, time, life.Loggers.CreateLogger<Keeper>());
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var rights = new RightsCheck(api, _metrics, life.Loggers).RunAsync(
            [.. leadership.Rights, .. leadership.IsElected ? [SharedRights.Events with { Namespace = leadership.Namespace }] : Array.Empty<RequiredRight>(),
                .. RegistrarRights.Of(driver.Name, flags.Reconcile.Value, flags.DeleteOnStop.Value)], ended.Token);
        if (leadership.IsElected) _state.Ready(); // a replica that waits for its turn is in order
        var isInOrder = await leadership.RunAsync(KeepAndLeave, () => flags.ReleasesLease, stop);
        await ended.CancelAsync();
        await rights;
        return isInOrder ? null : Fail("the leader lease was lost; another replica may work from now on");

        async Task KeepAndLeave(CancellationToken told)
        {
            metrics.Begin();
            await keeper.RunAsync(told);
            if (DeletesAtTheEnd && !life.Ended.IsCompleted) _couldNotDelete = !await registrar.DeleteAsync();
        }
    }

    /// <summary>A driver that came back as another one needs another object: the process starts anew with it.</summary>
    private async Task EndWhenAnother(DriverLink driver, DriverFacts known, CancellationToken stop)
    {
        try
        {
            var now = await driver.UntilItDiffersAsync(known, stop);
            var whatNow = now.Name == known.Name
                ? $"CSIDriver {known.Name} cannot be changed in this and stays as it is: delete it while no volume of the driver is in use"
                : $"starting anew to register it; CSIDriver {known.Name} stays as it is, delete it if nobody needs it";
            life.Fail(ExitCode.Failure, $"the driver was {Text(known)} and is {Text(now)} since its restart; {whatNow}", asTerminationMessage: true);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The program ends.
        }

        static string Text(DriverFacts facts) => $"{facts.Name} (attachRequired={(facts.NeedsAttach ? "true" : "false")})";
    }

    private void ServeHealth(DiagnosticsServer diagnostics)
    {
        diagnostics.Map(RegistrarFlags.HealthPath, (_, response, _) =>
        {
            response.WriteText(200, "ok");
            return ValueTask.CompletedTask;
        });
        diagnostics.Map(RegistrarFlags.ReadyPath, (_, response, _) =>
        {
            if (_state.Missing is { } missing) response.WriteText(503, missing + "\n");
            else response.WriteText(200, "ok");
            return ValueTask.CompletedTask;
        });
    }

    private bool DeletesAtTheEnd => life.FirstSignal is PosixSignal.SIGINT || (life.FirstSignal is PosixSignal.SIGTERM && flags.DeleteOnStop.Value);

    private int EndOfSignal()
    {
        if (_couldNotDelete) return ExitCode.Failure;
        return life.FirstSignal is PosixSignal.SIGINT || flags.DeleteOnStop.Value || flags.ReleasesLease ? ExitCode.Success : ExitCode.Terminated;
    }

    private int Fail(string reason)
    {
        life.Fail(ExitCode.Failure, reason);
        return ExitCode.Failure;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Starting: {version}")]
        public static partial void Starting(ILogger logger, string version);

        [LoggerMessage(2, LogLevel.Warning, "A flag has no effect: {reason}")]
        public static partial void WithoutEffect(ILogger logger, string reason);

        [LoggerMessage(3, LogLevel.Information, "Detected CSI driver: {driver} {attachRequired}")]
        public static partial void Driver(ILogger logger, string driver, bool attachRequired);

        [LoggerMessage(4, LogLevel.Error, "The driver's name is not one that Kubernetes takes, and its volumes will not work; the driver has to take another: {driver} {reason}")]
        public static partial void BadName(ILogger logger, string driver, string reason);
    }
}

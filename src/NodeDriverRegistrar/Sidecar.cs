using Grpc.Core;
using Microsoft.Extensions.Logging;
using Sidecars.Csi;
using Sidecars.Hosting;
using Sidecars.Hosting.Http;
using Sidecars.NodeDriverRegistrar.Grpc;
using Sidecars.NodeDriverRegistrar.Health;
using Sidecars.NodeDriverRegistrar.Http2;
using Sidecars.NodeDriverRegistrar.Registration;

namespace Sidecars.NodeDriverRegistrar;

/// <summary>
/// The life of the program in the order of the contract (registrar contract 3): ask the driver for its name, listen for health checks, make the
/// registration socket, and serve until a signal or until the kubelet refuses the driver. Every step that fails ends the process with one
/// line that says why.
/// </summary>
internal sealed partial class Sidecar(RegistrarFlags flags, ProcessLife life, TimeProvider time, string version)
{
    /// <summary>How long answers in flight may take at the end; they are ready already and only have to be taken.</summary>
    private static readonly TimeSpan s_drainLimit = TimeSpan.FromSeconds(1);

    /// <summary>Pause before a driver that is not available yet is asked again.</summary>
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    private readonly ILogger _log = life.Loggers.CreateLogger<Sidecar>();
    private readonly CancellationToken _stop = life.Stopping;

    public async Task<int> RunAsync()
    {
        Log.Starting(_log, ProgramVersion.Full(version));
        foreach (var flag in flags.WithoutEffect()) Log.IgnoredFlag(_log, flag);
        if (CsiAddress.Parse(flags.CsiAddress.Value, out var addressError) is not { } address) return Fail($"{addressError} (--csi-address)");
        var (name, error) = await Name(address);
        if (name is null) return Fail(error!);
        Log.Driver(_log, name);
        if (name.AsSpan().ContainsAny('/', '\0'))
            return Fail($"the driver at {address} calls itself \"{name}\", which cannot be part of a file name; a driver's name is like a host name");

        using var socket = new RegistrationSocket(flags.SocketPathOf(name));
        var service = new RegistrationService(name, flags.KubeletRegistrationPath.Value, life.Loggers.CreateLogger<RegistrationService>());
        await using var health = new DiagnosticsServer(life.Loggers, time, DiagnosticsLimits.ManyAtOnce);
        if (ServeHealth(health, socket.Path, name) is { } healthError) return Fail(healthError);
        await using var server = new Http2Server(new GrpcTarget(service.Methods), life.Loggers.CreateLogger<Http2Server>(), time);
        return await Register(socket, service, server, health);
    }

    private async Task<int> Register(RegistrationSocket socket, RegistrationService service, Http2Server server, DiagnosticsServer health)
    {
        // From here on a signal has something to clean up, and the end is an orderly one.
        (life.DrainOnSignal, life.EndsOnSecondSignal) = (true, false);
        if (socket.RemoveStale() is { } inTheWay) return Fail(inTheWay);
        var watch = new RegistrationWatch(socket, server, service, time, life.Loggers.CreateLogger<RegistrationWatch>());
        if (watch.Open() is { } cannotListen) return Fail(cannotListen);
        Log.Serving(_log, socket.Path, flags.KubeletRegistrationPath.Value);

        using var stopWatch = CancellationTokenSource.CreateLinkedTokenSource(_stop);
        var watching = watch.RunAsync(stopWatch.Token);
        await Task.WhenAny(watching, service.Refused, watch.Broken, health.Failed);
        await stopWatch.CancelAsync();
        await watching.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        if (watching.IsFaulted) await watching;

        // After a failure the socket stays, as in the original: removing it would take back what an earlier registration achieved.
        var broken = watch.Broken.IsCompleted ? await watch.Broken : health.Failed.IsCompleted ? await health.Failed : null;
        var problem = broken ?? (service.Refused.IsCompleted ? null : socket.RemoveOwn());
        socket.Close();
        await server.CloseAsync(s_drainLimit);
        if (problem is not null) return Fail(problem);
        return service.Refused.IsCompleted ? ExitCode.Failure : ExitCode.Success;
    }

    /// <summary>The driver's name; its connection is not needed any longer then, and closed.</summary>
    private async Task<(string? Name, string? Error)> Name(CsiAddress address)
    {
        var limit = CsiConnectionOptions.DefaultConnectLimit;
        var began = time.GetTimestamp();
        while (true)
        {
            var (connection, failure) = await NodeConnection.ConnectAsync(address, limit, null, life.Loggers.CreateLogger<NodeConnection>(), time, _stop);
            if (connection is null) return (null, $"waiting for the driver: {failure!.Text}");
            using var connected = connection;
            var name = await new DriverIdentity(connection.Invoker, new CsiCall(time), flags.Timeout.Value).NameAsync(_stop);
            if (name.IsOk) return (name.Response, null);
            // A front that takes connections before the driver behind it does: as good as nobody listening yet.
            if (name.Error.Code is not StatusCode.Unavailable || time.GetElapsedTime(began) >= limit)
                return (null, $"asking the driver at {address} for its name (GetPluginInfo): {name.Error.Text}");
            Log.NotAvailable(_log, address.Text, name.Error.Text);
            await Task.Delay(s_pause, time, _stop);
        }
    }

    private string? ServeHealth(DiagnosticsServer server, string path, string name)
    {
        if (flags.HealthAddress is not { Length: > 0 } address) return null;
        var check = new SelfCheck(path, name, flags.Timeout.Value, time);
        server.Map(HealthEndpoint.Path, new HealthEndpoint(new SharedCheck<HealthAnswer>(check.AskAsync), life.Loggers.CreateLogger<HealthEndpoint>()).Answer, anyMethod: true);
        return server.TryListen(address, out var error) ? null : $"{error} (--http-endpoint or --health-port)";
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

        [LoggerMessage(2, LogLevel.Warning, "A flag is ignored: {notice}")]
        public static partial void IgnoredFlag(ILogger logger, string notice);

        [LoggerMessage(3, LogLevel.Information, "Detected CSI driver: {driver}")]
        public static partial void Driver(ILogger logger, string driver);

        [LoggerMessage(4, LogLevel.Information, "Waiting for the kubelet on the registration socket: {path} {endpoint}")]
        public static partial void Serving(ILogger logger, string path, string endpoint);

        [LoggerMessage(5, LogLevel.Warning, "The driver is not available yet, asking again: {address} {err}")]
        public static partial void NotAvailable(ILogger logger, string address, string err);
    }
}

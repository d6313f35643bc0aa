using Csi.V1;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using Sidecars.Csi;
using Sidecars.Hosting;
using Sidecars.Hosting.Files;

namespace Sidecars.LivenessProbe.Health;

/// <summary>
/// Asks the driver whether it is well, over one connection that is kept (liveness contract 4). A kept connection can outlive its socket's
/// file, and the kubelet could then not reach a driver that we can: so each check first looks whether the path still leads to the file the
/// connection was made through. One check at a time; <see cref="SharedCheck"/> sees to it.
/// </summary>
internal sealed partial class DriverHealth(CsiAddress address, TimeSpan limit, CsiCallMetrics metrics, ILoggerFactory loggers, TimeProvider time) : IDisposable
{
    /// <summary>Wait before another attempt to connect: a driver that restarts swaps its socket in less.</summary>
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(250);

    private readonly ILogger _log = loggers.CreateLogger<DriverHealth>();
    private readonly CsiCall _calls = new(time);
    private Contact? _contact;

    /// <summary>One check within the limit, connecting included; throws only when <paramref name="stop"/> was asked for.</summary>
    public async Task<Verdict> Check(CancellationToken stop)
    {
        var started = time.GetTimestamp();
        if (Kept() is { } kept && await Probe(kept, Left(started), stop) is ({ } verdict, false)) return verdict;
        return await ProbeAnew(started, stop);
    }

    public void Dispose() => Forget();

    /// <summary>The connection of the last check, unless it is lost, its file is no longer the driver's, or nobody can tell.</summary>
    private Contact? Kept()
    {
        if (_contact is null) return null;
        if (!_contact.Connection.Lost.IsCompleted && _contact.File is { Kind: FileKind.Socket } && _contact.File == Identity()) return _contact;
        Forget();
        return null;
    }

    /// <summary>
    /// Connects and asks. A second time where nobody listened, because a driver that restarts may just be changing its socket; for as long as
    /// there is time where somebody listens and has no room.
    /// </summary>
    private async Task<Verdict> ProbeAnew(long started, CancellationToken stop)
    {
        for (var isFirst = true; ; isFirst = false)
        {
            var (contact, failure) = await Connect(Left(started), stop);
            var (verdict, isLost) = contact is null ? (WithoutConnection(failure!), true) : await Probe(contact, Left(started), stop);
            var mayHelp = isLost && (isFirst || failure?.Kind is ConnectFailureKind.Busy);
            if (!mayHelp || Left(started) <= s_pause) return verdict;
            await Task.Delay(s_pause, time, stop);
        }
    }

    private async Task<(Contact? Contact, ConnectFailure? Failure)> Connect(TimeSpan left, CancellationToken stop)
    {
        Forget();
        // Read before dialling: where the file is replaced in between, the next check finds that it is another.
        var file = Identity();
        var (connection, failure) = await NodeConnection.TryConnectAsync(address, left, metrics, _log, time, stop);
        if (connection is null) return (null, failure);
        return (_contact = new Contact(connection, new Identity.IdentityClient(connection.Invoker), file), null);
    }

    /// <summary>Asks the driver; says too whether it went away meanwhile, so that asking once more on a new connection may help.</summary>
    private async Task<(Verdict Verdict, bool IsLost)> Probe(Contact contact, TimeSpan left, CancellationToken stop)
    {
        CsiResult<ProbeResponse> result;
        try
        {
            result = await _calls.InvokeAsync(contact.Identity.ProbeAsync, new ProbeRequest(), left, stop);
        }
        catch (OperationCanceledException)
        {
            Forget(); // as below
            throw;
        }
        if (result.IsOk) return (result.Response.Ready ?? true ? Verdict.Ok : Verdict.NotReady, false);
        if (result.Error.Code is StatusCode.Unavailable && contact.Connection.Lost.IsCompleted)
        {
            Forget();
            return (new Verdict(CheckResult.Unreachable, result.Error.Text), true);
        }
        if (result.Error.Code is not StatusCode.DeadlineExceeded) return (new Verdict(CheckResult.Failed, result.Error.Text), false);
        // A driver that stands still reads nothing: calls would pile up in the connection until it takes no more.
        Forget();
        return (Slow(result.Error), false);
    }

    private FileIdentity? Identity()
    {
        if (address.SocketFile is not { } path) return null;
        var identity = FileIdentity.Read(path, out var error);
        if (error is not null) Log.CannotLook(_log, path, error);
        return identity;
    }

    private TimeSpan Left(long started) => limit - time.GetElapsedTime(started);

    private void Forget()
    {
        _contact?.Connection.Dispose();
        _contact = null;
    }

    private Verdict Slow(CsiError error) => new(CheckResult.Slow,
        $"{error.Text}: the driver accepted the call and did not answer it within {GoDuration.Format(limit)}; it is connected, but slow or stuck");

    private static Verdict WithoutConnection(ConnectFailure failure) =>
        new(failure.Kind is ConnectFailureKind.Silent ? CheckResult.Slow : CheckResult.Unreachable, failure.Text);

    private sealed record Contact(NodeConnection Connection, Identity.IdentityClient Identity, FileIdentity? File);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Cannot look at the driver's socket: {path} {err}")]
        public static partial void CannotLook(ILogger logger, string path, string err);
    }
}

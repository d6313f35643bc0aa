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
/// connection was made through, and every minute a check connects anew. One check at a time; <see cref="Hosting.Http.SharedCheck{T}"/> sees to it.
/// </summary>
internal sealed partial class DriverHealth(CsiAddress address, TimeSpan limit, CsiCallMetrics metrics, ILoggerFactory loggers, TimeProvider time) : IDisposable
{
    /// <summary>How long a connection is used: a driver that can take no new ones is of no use to the kubelet, which dials for each call.</summary>
    internal static readonly TimeSpan LongestUse = TimeSpan.FromMinutes(1);

    /// <summary>How long it is tried where nobody listens: a driver that restarts or swaps its socket may be there in a moment.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>Wait before another attempt to connect.</summary>
    internal static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(250);

    /// <summary>How often a driver is asked that drops its connection instead of an answer.</summary>
    private const int MostLostCalls = 2;

    private readonly ILogger _log = loggers.CreateLogger<DriverHealth>();
    private readonly CsiCall _calls = new(time);
    // A limit that is short leaves room for a second attempt all the same.
    private readonly TimeSpan _pause = limit / 2 < LongestPause ? limit / 2 : LongestPause;
    private Contact? _contact;

    /// <summary>One check within the limit, connecting included; throws only when <paramref name="stop"/> was asked for.</summary>
    public async Task<Verdict> Check(CancellationToken stop)
    {
        if (limit <= TimeSpan.Zero)
            return new Verdict(CheckResult.Unreachable, $"context deadline exceeded: a check may take {GoDuration.Format(limit)} (--probe-timeout), which leaves no time to ask");
        var started = time.GetTimestamp();
        for (var lostCalls = 0; ;)
        {
            var kept = Kept();
            var (contact, failure) = kept is null ? await Connect(Left(started), stop) : (kept, null);
            var (verdict, isLost) = contact is null ? (WithoutConnection(failure!), true) : await Probe(contact, Left(started), stop);
            if (!isLost) return verdict;
            if (contact is not null) lostCalls++;
            if (kept is not null) continue; // it may have been lost long ago
            var mayHelp = failure?.Kind switch
            {
                null => lostCalls < MostLostCalls,
                ConnectFailureKind.Busy => true,
                ConnectFailureKind.Nobody => time.GetElapsedTime(started) < Patience,
                _ => false,
            };
            if (!mayHelp || Left(started) <= _pause) return verdict;
            await Task.Delay(_pause, time, stop);
        }
    }

    public void Dispose() => Forget();

    /// <summary>The connection of the last check, unless it is lost or old, its file is no longer the driver's, or nobody can tell.</summary>
    private Contact? Kept()
    {
        if (_contact is null) return null;
        var isOld = time.GetElapsedTime(_contact.MadeAt) >= LongestUse;
        if (!isOld && !_contact.Connection.Lost.IsCompleted && _contact.File is { Kind: FileKind.Socket } && _contact.File == Identity()) return _contact;
        Forget();
        return null;
    }

    private async Task<(Contact? Contact, ConnectFailure? Failure)> Connect(TimeSpan left, CancellationToken stop)
    {
        Forget();
        // Read before dialling: where the file is replaced in between, the next check finds that it is another.
        var file = Identity();
        var (connection, failure) = await NodeConnection.TryConnectAsync(address, left, metrics, _log, time, stop);
        if (connection is null) return (null, failure);
        return (_contact = new Contact(connection, new Identity.IdentityClient(connection.Invoker), file, time.GetTimestamp()), null);
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
        if (!result.Error.IsLimit) return (new Verdict(CheckResult.Failed, result.Error.Text), false);
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

    /// <summary>Who listens and does not take connections, or says nothing, is there: stuck rather than gone.</summary>
    private static Verdict WithoutConnection(ConnectFailure failure) =>
        new(failure.Kind is ConnectFailureKind.Nobody ? CheckResult.Unreachable : CheckResult.Slow, failure.Text);

    private sealed record Contact(NodeConnection Connection, Identity.IdentityClient Identity, FileIdentity? File, long MadeAt);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Cannot look at the driver's socket: {path} {err}")]
        public static partial void CannotLook(ILogger logger, string path, string err);
    }
}

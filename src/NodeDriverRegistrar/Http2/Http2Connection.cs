using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Sidecars.Hosting.Http2;

namespace Sidecars.NodeDriverRegistrar.Http2;

/// <summary>
/// One client on its socket: reads, lets the session work, sends what came of it. It ends when the client leaves, breaks the protocol, does not
/// take its answers, or when the server closes and all calls are answered. It never throws for what a client does.
/// </summary>
internal sealed partial class Http2Connection(Socket socket, IRequestTarget target, TimeProvider time, ILogger logger) : IDisposable
{
    /// <summary>How long a client may leave an answer in its socket before it is given up.</summary>
    internal static readonly TimeSpan SendLimit = TimeSpan.FromSeconds(10);

    private readonly Http2Session _session = Http2Session.ForServer(() => new ServerStream(target));
    private bool _isClosing;

    /// <summary>When something arrived last, as a timestamp of the clock.</summary>
    public long LastActive { get; private set; } = time.GetTimestamp();

    /// <summary>Cuts the connection.</summary>
    public void Dispose() => socket.Dispose();

    /// <summary>Serves until the connection ends. <paramref name="closing"/> asks for a polite end.</summary>
    public async Task RunAsync(CancellationToken closing)
    {
        try
        {
            while (!_session.IsOver && await Receive(closing)) await Send();
            if (_session.Error is { } error) Log.Broken(logger, error.Code, error.Reason);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or TimeoutException)
        {
            Log.Cut(logger, e.Message);
        }
        finally
        {
            socket.Dispose();
        }
    }

    // False at the end of what the client has to say.
    private async Task<bool> Receive(CancellationToken closing)
    {
        if (closing.IsCancellationRequested && !_isClosing)
        {
            _isClosing = true;
            _session.Close();
            return true; // the goodbye has to go out before anything is waited for
        }
        try
        {
            // Once closing, only the calls in flight are waited for, and by the one who closes.
            var count = await socket.ReceiveAsync(_session.Space, _isClosing ? CancellationToken.None : closing);
            if (count == 0) return false;
            LastActive = time.GetTimestamp();
            _session.Received(count);
        }
        catch (OperationCanceledException)
        {
            // Closing, which is seen to next.
        }
        return true;
    }

    private async Task Send()
    {
        for (var rest = _session.TakeOutput(); !rest.IsEmpty;)
        {
            var sending = socket.SendAsync(rest);
            rest = rest[(sending.IsCompleted ? await sending : await sending.AsTask().WaitAsync(SendLimit, time))..];
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "A client of the registration socket broke the protocol, its connection is closed: {code} {reason}")]
        public static partial void Broken(ILogger logger, Http2ErrorCode code, string reason);

        [LoggerMessage(2, LogLevel.Debug, "A connection to the registration socket ended: {reason}")]
        public static partial void Cut(ILogger logger, string reason);
    }
}

using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace Sidecars.Hosting.Sockets;

/// <summary>
/// Takes the clients of a listener, one after the other, for as long as the listener lives. What passes, such as no descriptor being free,
/// is logged and tried again after a pause; what does not pass ends it.
/// </summary>
internal static partial class AcceptLoop
{
    // A broken accept (out of descriptors) must neither end the server nor spin.
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// Gives each client to <paramref name="begin"/>, which must not wait and owns it from then on. Returns null where the listener was
    /// disposed or <paramref name="stop"/> was asked for, or why no client can be taken any more.
    /// </summary>
    public static async Task<string?> RunAsync(Socket listener, Action<Socket> begin, ILogger logger, TimeProvider time, CancellationToken stop)
    {
        while (true)
        {
            try
            {
                begin(await listener.AcceptAsync(stop));
            }
            catch (Exception e) when (e is ObjectDisposedException or OperationCanceledException or SocketException { SocketErrorCode: SocketError.OperationAborted })
            {
                return null;
            }
            catch (SocketException) when (stop.IsCancellationRequested || listener.SafeHandle.IsClosed)
            {
                return null; // the end of a listener can look like a fault to an accept under way
            }
            catch (SocketException e) when (IsForGood(e.SocketErrorCode))
            {
                return e.Message;
            }
            catch (SocketException e)
            {
                Log.Failed(logger, e, s_pause);
                await Task.Delay(s_pause, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // a stop ends the next accept
            }
        }
    }

    /// <summary>The errors of accept(2) that say that this socket does not listen; all others pass, or belong to the client.</summary>
    private static bool IsForGood(SocketError error) => error is SocketError.InvalidArgument or SocketError.NotSocket or SocketError.OperationNotSupported;

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Could not accept a client, trying again: {retryAfter}")]
        public static partial void Failed(ILogger logger, Exception err, TimeSpan retryAfter);
    }
}

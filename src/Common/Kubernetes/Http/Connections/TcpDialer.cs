using System.Net;
using System.Net.Sockets;
using Sidecars.Hosting;

namespace Sidecars.Kubernetes.Http.Connections;

/// <summary>
/// Reaches a host that may have several addresses, of which some may not answer: those of one family one after another, each with its
/// share of the time; those of the other family beside them, a moment later. Every connection is kept alive by TCP too.
/// </summary>
/// <param name="time">Clock of the limits.</param>
/// <param name="resolve">Finds the addresses of a host, best first.</param>
/// <param name="connect">Connects to one address.</param>
internal sealed class TcpDialer(
    TimeProvider time, Func<string, CancellationToken, Task<IPAddress[]>> resolve, Func<IPEndPoint, CancellationToken, Task<Socket>> connect)
{
    /// <summary>How long the family that comes first is alone.</summary>
    private static readonly TimeSpan s_headStart = TimeSpan.FromMilliseconds(300);

    /// <summary>With less no address has a chance, however many there are.</summary>
    private static readonly TimeSpan s_leastShare = TimeSpan.FromSeconds(2);

    public TcpDialer(TimeProvider time) : this(time, Dns.GetHostAddressesAsync, Connect)
    {
    }

    /// <summary>Throws <see cref="SocketException"/> of the first address that failed, or <see cref="IOException"/> where none answered in time.</summary>
    public async Task<Stream> Dial(DnsEndPoint target, TimeSpan limit, CancellationToken cancel)
    {
        using var all = new TimeLimit(limit, time, cancel);
        try
        {
            var started = time.GetTimestamp();
            var addresses = await resolve(target.Host, all.Token).WaitAsync(all.Token); // the resolver of the system does not always listen
            if (addresses.Length is 0) throw new SocketException((int)SocketError.HostNotFound);
            var socket = await Reach(addresses, target.Port, limit - time.GetElapsedTime(started), all.Token);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (OperationCanceledException) when (all.HasPassed)
        {
            throw new IOException($"no connection to {target.Host}:{target.Port} within {limit.TotalSeconds:0} s");
        }
    }

    private async Task<Socket> Reach(IPAddress[] addresses, int port, TimeSpan limit, CancellationToken cancel)
    {
        var first = addresses.Where(a => a.AddressFamily == addresses[0].AddressFamily).ToArray();
        var others = addresses.Except(first).ToArray();
        if (others.Length is 0) return await OneAfterAnother(first, port, limit, cancel);

        using var decided = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var leading = OneAfterAnother(first, port, limit, decided.Token);
        await Task.WhenAny(leading, Task.Delay(s_headStart, time, decided.Token));
        var following = leading.IsCompletedSuccessfully ? null : OneAfterAnother(others, port, limit, decided.Token);
        var winner = following is null ? leading : await Task.WhenAny(leading, following);
        if (!winner.IsCompletedSuccessfully) winner = winner == leading ? following! : leading;
        try
        {
            return await winner;
        }
        catch (Exception e) when (e is SocketException or IOException && winner == following)
        {
            return await leading; // both failed: that of the preferred family is told
        }
        finally
        {
            await decided.CancelAsync();
            if (following is not null) _ = Discard(winner == leading ? following : leading);
        }
    }

    private async Task<Socket> OneAfterAnother(IPAddress[] addresses, int port, TimeSpan limit, CancellationToken cancel)
    {
        var started = time.GetTimestamp();
        Exception? why = null;
        for (var i = 0; i < addresses.Length; i++)
        {
            var left = limit - time.GetElapsedTime(started);
            if (left <= TimeSpan.Zero) break;
            var even = left / (addresses.Length - i);
            using var share = new TimeLimit(even < s_leastShare ? left < s_leastShare ? left : s_leastShare : even, time, cancel);
            try
            {
                return await connect(new IPEndPoint(addresses[i], port), share.Token);
            }
            catch (SocketException e)
            {
                why ??= e;
            }
            catch (OperationCanceledException) when (share.HasPassed)
            {
                why ??= new IOException($"{addresses[i]} does not answer");
            }
        }
        throw why ?? new IOException("there was no time left to connect");
    }

    // It may still have come about.
    private static async Task Discard(Task<Socket> loser)
    {
        try
        {
            (await loser).Dispose();
        }
        catch (Exception e) when (e is SocketException or IOException or OperationCanceledException)
        {
            // It did not.
        }
    }

    internal static async Task<Socket> Connect(IPEndPoint target, CancellationToken cancel)
    {
        const int silenceBeforeProbe = 30, betweenProbes = 15, probes = 9; // seconds; what the originals' platform does
        var socket = new Socket(target.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, silenceBeforeProbe);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, betweenProbes);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, probes);
            await socket.ConnectAsync(target, cancel);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Sidecars.HostPathDriver.Rpc;

namespace Sidecars.HostPathDriver;

/// <summary>
/// The driver listening on its sockets, one for each node. Starting removes the socket file of a dead predecessor (never that of a living one), and only
/// the owner can reach the new one. Disposing ends running calls, closes the state and removes the sockets.
/// </summary>
internal sealed partial class DriverServer : IAsyncDisposable
{
    // Leaves read and write to the owner, and nothing to anybody else.
    private const uint OwnerOnly = 0b000_111_111;

    private readonly WebApplication _web;

    private DriverServer(WebApplication web, Backend backend)
    {
        _web = web;
        Backend = backend;
    }

    public Backend Backend { get; }

    /// <summary>How long a connection may be quiet before it is closed.</summary>
    internal TimeSpan QuietLimit => _web.Services.GetRequiredService<IOptions<KestrelServerOptions>>().Value.Limits.KeepAliveTimeout;

    /// <summary>Opens the state and the socket; calls are answered when the task is complete.</summary>
    /// <exception cref="InvalidDataException">State or socket is unusable; the message says why and what to do.</exception>
    public static async Task<DriverServer> Start(
        DriverOptions options, TimeProvider time, Action<ILoggingBuilder> logging, CancellationToken stop)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        logging(builder.Logging);
        FurtherNode[] sockets = [new(options.NodeId, options.SocketPath), .. options.FurtherNodes];
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            // A sidecar ends when its driver closes the connection, which this server would do after two quiet minutes. Not without an end: the server adds it
            // to the time, and what is too large for that is over at once.
            kestrel.Limits.KeepAliveTimeout = TimeSpan.FromDays(100);
            foreach (var socket in sockets)
            {
                kestrel.ListenUnixSocket(socket.SocketPath, listen =>
                {
                    listen.Protocols = HttpProtocols.Http2;
                    listen.Use(next => connection =>
                    {
                        connection.Features.Set(new ServedNode(socket.NodeId));
                        return next(connection);
                    });
                });
            }
        });
        builder.Services.AddGrpc(grpc => grpc.Interceptors.Add<CallLog>());
        builder.Services.AddSingleton(time);
        builder.Services.AddSingleton<CallLog>();
        builder.Services.AddSingleton(provider => Backend.Open(
            options, time, provider.GetRequiredService<ILoggerFactory>().CreateLogger<Backend>()));
        builder.Services.AddSingleton<IdentityRpc>();
        builder.Services.AddSingleton<ControllerRpc>();
        builder.Services.AddSingleton<NodeRpc>();

        var web = builder.Build();
        try
        {
            var backend = web.Services.GetRequiredService<Backend>();
            web.MapGrpcService<IdentityRpc>();
            web.MapGrpcService<ControllerRpc>();
            web.MapGrpcService<NodeRpc>();
            foreach (var socket in sockets) RemoveStaleSocket(socket.SocketPath);
            await Listen(web, stop);
            var log = web.Services.GetRequiredService<ILoggerFactory>().CreateLogger<DriverServer>();
            foreach (var socket in sockets)
                Log.Listening(log, socket.SocketPath, options.DriverName, socket.NodeId, options.StateDirectory);
            return new DriverServer(web, backend);
        }
        catch
        {
            await web.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _web.StopAsync();
        await _web.DisposeAsync();
    }

    private static async Task Listen(WebApplication web, CancellationToken stop)
    {
        var before = SetUmask(OwnerOnly);
        try
        {
            await web.StartAsync(stop);
        }
        finally
        {
            _ = SetUmask(before);
        }
    }

    private static void RemoveStaleSocket(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path) ?? "/");
        if (!File.Exists(path)) return;
        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException refused) when (refused.SocketErrorCode is SocketError.ConnectionRefused)
        {
            File.Delete(path);
            return;
        }
        catch (SocketException failure)
        {
            throw new InvalidDataException(
                $"{path} exists and is no socket this driver could take over ({failure.Message}). Remove it, or give another --endpoint.",
                failure);
        }

        throw new InvalidDataException($"Another program answers at {path}. Stop it, or give another --endpoint.");
    }

    [LibraryImport("libc", EntryPoint = "umask")]
    private static partial uint SetUmask(uint mask);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Listening: {Socket} {Driver} {NodeId} {State}")]
        public static partial void Listening(ILogger logger, string socket, string driver, string nodeId, string state);
    }
}

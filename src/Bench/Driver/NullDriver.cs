using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Sidecars.Bench;

/// <summary>A CSI driver on a Unix socket that answers at once, so that what is measured is the sidecar. It counts its calls and keeps nothing else.</summary>
internal sealed class NullDriver : IAsyncDisposable
{
    /// <summary>The name it goes by. No other driver has it, so that what belongs to it was made for a measurement.</summary>
    public const string Name = "bench.sidecars.example.com";

    private readonly WebApplication _server;

    private NullDriver(WebApplication server, CallCounter calls) => (_server, Calls) = (server, calls);

    public CallCounter Calls { get; }

    /// <summary>Listens on the socket; when the task is complete calls are answered at full speed, and none is counted yet.</summary>
    public static async Task<NullDriver> Start(string socket, CancellationToken stop)
    {
        var calls = new CallCounter();
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            // A sidecar ends when its driver closes the connection, which this server would do after two quiet minutes. Not without an end: the server adds it
            // to the time, and what is too large for that is over at once.
            kestrel.Limits.KeepAliveTimeout = TimeSpan.FromDays(100);
            kestrel.ListenUnixSocket(socket, listen => listen.Protocols = HttpProtocols.Http2);
        });
        builder.Services.AddLogging();
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton(calls);
        builder.Services.AddSingleton<NullIdentity>();
        builder.Services.AddSingleton<NullController>();
        builder.Services.AddGrpc(grpc => grpc.Interceptors.Add<CallCounter>());
        var server = builder.Build();
        server.MapGrpcService<NullIdentity>();
        server.MapGrpcService<NullController>();
        try
        {
            await server.StartAsync(stop);
            await DriverWarmth.Make(socket, stop);
            calls.Clear();
            return new NullDriver(server, calls);
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Cuts what is open: nobody is waited for.</summary>
    public async ValueTask DisposeAsync()
    {
        await _server.StopAsync(new CancellationToken(canceled: true));
        await _server.DisposeAsync();
    }
}

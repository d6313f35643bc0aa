using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Sidecars.EmbeddedCluster;

/// <summary>
/// A Kubernetes API server in this process: real HTTP/1.1 and HTTP/2 without TLS on a loopback port, everything in memory, as strict as the real
/// one. It serves until it is disposed; nothing survives it.
/// </summary>
public sealed class ClusterServer : IAsyncDisposable
{
    private const int StreamsPerConnection = 1000;

    private readonly WebApplication _application;
    private readonly ClusterOptions _options;
    private readonly AuditLog? _audit;
    private readonly X509Certificate2? _certificate;

    private ClusterServer(ClusterOptions options, ILogger logger)
    {
        _options = options;
        Storage = new Storage(options);
        Faults = new FaultPlan();
        Requests = new RequestLog(options.RequestLogLength);
        _audit = options.AuditLogPath is { } path ? new AuditLog(path, options.Time) : null;
        foreach (var ns in (ReadOnlySpan<string>)["default", "kube-system", "kube-public", "kube-node-lease"])
            _ = Storage.Create("namespaces", new JsonObject { ["metadata"] = new JsonObject { ["name"] = ns } }).Value;

        var authorizer = options.UseRbac ? new RbacAuthorizer(Storage.Objects, Storage.Resources) : null;
        var tokens = new AccountTokens(Storage.Objects, Storage.Resources, options.Time);
        var pipeline = new RequestPipeline(
            options,
            new ApiRouter(Storage, new AccessReviews(authorizer, options.Time), tokens, Faults, options.BookmarkInterval),
            new Authenticator(options.Users, tokens, options.AllowAnonymous),
            authorizer,
            Faults,
            Requests,
            _audit,
            logger);
        _certificate = options.UseTls ? ServerCertificate.Create(options.Time) : null;
        _application = Build(options, pipeline, _certificate);
    }

    /// <summary>Where the API is served, such as <c>http://127.0.0.1:41234/</c>.</summary>
    public Uri Url { get; private set; } = new("http://127.0.0.1/");

    /// <summary>The objects, for code in the same process.</summary>
    public Storage Storage { get; }

    /// <summary>The faults to come.</summary>
    public FaultPlan Faults { get; }

    /// <summary>The requests so far.</summary>
    public RequestLog Requests { get; }

    /// <summary>Starts a cluster with the namespaces every cluster has, and nothing else. Throws <see cref="IOException"/> when the port is taken.</summary>
    public static async Task<ClusterServer> StartAsync(ClusterOptions? options = null, ILogger? logger = null, CancellationToken stop = default)
    {
        var server = new ClusterServer(options ?? new ClusterOptions(), logger ?? NullLogger.Instance);
        try
        {
            await server._application.StartAsync(stop);
            var addresses = server._application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;
            server.Url = new Uri(addresses.First());
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Writes a kubeconfig for one of the users of the options, readable by its owner alone; without a user one that sends no credentials. Throws
    /// <see cref="ArgumentException"/> for a user the cluster does not know.
    /// </summary>
    public Task WriteKubeconfig(string path, string? user = null)
    {
        var known = user is null
            ? null
            : _options.Users.FirstOrDefault(candidate => candidate.Name == user) ?? throw new ArgumentException($"The cluster has no user \"{user}\".", nameof(user));
        return Kubeconfig.Write(path, Url, known, _certificate);
    }

    /// <summary>Applies CustomResourceDefinitions and other manifests from a YAML or JSON file, or from all such files of a directory.</summary>
    public async Task ApplyManifests(string path) => await Manifests.Apply(Storage, path);

    /// <summary>Cuts all connections and stops. Objects are gone afterwards.</summary>
    public async ValueTask DisposeAsync()
    {
        Faults.Clear();
        Faults.StopServing();
        // Nobody is asked to finish: every client of this server has to survive a server that is gone.
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        try
        {
            await _application.StopAsync(now.Token);
        }
        catch (OperationCanceledException)
        {
            // Requests that were still running were cut, as intended.
        }
        await _application.DisposeAsync();
        _audit?.Dispose();
        _certificate?.Dispose();
        Storage.Dispose();
    }

    private static WebApplication Build(ClusterOptions options, RequestPipeline pipeline, X509Certificate2? certificate)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        if (certificate is not null) builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            // HTTP/2 connections without TLS are marked as negotiated (see PriorKnowledge), so their scheme differs from the mark.
            kestrel.AllowAlternateSchemes = true;
            kestrel.AllowSynchronousIO = false;
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Limits.Http2.MaxStreamsPerConnection = StreamsPerConnection;
            kestrel.Listen(IPAddress.Loopback, options.Port, listen =>
            {
                listen.Protocols = HttpProtocols.Http1AndHttp2;
                if (certificate is not null) listen.UseHttps(certificate);
                else listen.Use(next => connection => PriorKnowledge.Detect(connection, next));
            });
        });
        var application = builder.Build();
        application.Run(pipeline.Handle);
        return application;
    }
}

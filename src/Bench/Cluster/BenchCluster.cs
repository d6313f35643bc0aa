using Sidecars.EmbeddedCluster;

namespace Sidecars.Bench;

/// <summary>
/// The cluster of one measurement: a new embedded one, or the one the user names. Of the latter, disposing removes whatever the bench or a program made in it,
/// with a limit of its own, also where the user wants an end; the former is gone.
/// </summary>
internal sealed class BenchCluster : IAsyncDisposable
{
    private const string BenchUser = "bench";
    private const string SidecarUser = "sidecar";
    private const int History = 200_000;

    private static readonly TimeSpan s_removalLimit = TimeSpan.FromMinutes(5);

    private readonly ClusterServer? _embedded;
    private readonly OwnObjects? _own;
    private readonly TimeProvider _time;
    private readonly List<string> _definitions = [];

    private BenchCluster(ClusterApi api, string sidecarKubeconfig, string? auditLog, ClusterServer? embedded, TimeProvider time)
    {
        (Api, SidecarKubeconfig, AuditLog, _embedded, _time) = (api, sidecarKubeconfig, auditLog, embedded, time);
        if (embedded is null) _own = new OwnObjects(api);
    }

    public ClusterApi Api { get; }

    /// <summary>Whether it was made for one measurement.</summary>
    public bool IsEmbedded => _embedded is not null;

    /// <summary>The kubeconfig for the program.</summary>
    public string SidecarKubeconfig { get; }

    /// <summary>Null where there is none.</summary>
    public string? AuditLog { get; }

    /// <summary>Starts or finds the cluster, without anything of an earlier run in it.</summary>
    /// <exception cref="ClusterRefusal">It is not for us, or cannot be reached.</exception>
    public static async Task<BenchCluster> Open(BenchOptions options, string directory, TimeProvider time, CancellationToken stop)
    {
        if (options.Kubeconfig is null) return await Embedded(directory, time, stop);
        var api = new ClusterApi(await ClusterConnection.Open(options.Kubeconfig, ClusterConnection.UserAgent, stop), time);
        try
        {
            var cluster = new BenchCluster(api, options.SidecarKubeconfig ?? options.Kubeconfig, options.AuditLog, null, time);
            if (!options.InAnyCluster && await cluster._own!.Strangers(stop) is { } strangers) throw new ClusterRefusal(strangers);
            await cluster._own!.Remove(stop);
            return cluster;
        }
        catch
        {
            api.Dispose();
            throw;
        }
    }

    /// <summary>Has the cluster serve snapshots, by the definitions of the chart where it has none.</summary>
    public async Task ServeSnapshots(CancellationToken stop)
    {
        var assembly = typeof(BenchCluster).Assembly;
        foreach (var file in assembly.GetManifestResourceNames().Where(name => name.StartsWith("Definitions/", StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using var text = new StreamReader(assembly.GetManifestResourceStream(file)!);
            var created = await Api.Ensure(Resource.Definitions, await text.ReadToEndAsync(stop), "application/yaml", stop);
            // The files are called after group and plural; the definitions the other way round.
            if (created && Path.GetFileNameWithoutExtension(file).Split('_') is [var group, var plural]) _definitions.Add($"{plural}.{group}");
        }
        await WaitUntilServed(stop);
    }

    /// <summary>Removes what one measurement left in a cluster that the next one works in too.</summary>
    public Task Clear(CancellationToken stop) => _own?.Remove(stop) ?? Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (_own is null) return;
            using var limit = new CancellationTokenSource(s_removalLimit, _time);
            await _own.Remove(limit.Token);
            foreach (var definition in _definitions) await Api.Delete(Resource.Definitions, definition, limit.Token);
            await _own.RemoveNamespace(limit.Token);
        }
        catch (OperationCanceledException)
        {
            throw new ClusterRefusal($"Not all that was made could be removed within {s_removalLimit.TotalMinutes:0} minutes; the next run in this cluster begins with the rest.");
        }
        finally
        {
            Api.Dispose();
            if (_embedded is not null) await _embedded.DisposeAsync();
        }
    }

    private static async Task<BenchCluster> Embedded(string directory, TimeProvider time, CancellationToken stop)
    {
        var auditLog = Path.Combine(directory, "audit.log");
        var server = await ClusterServer.StartAsync(
            new ClusterOptions
            {
                UseTls = true,
                AuditLogPath = auditLog,
                RequestLogLength = 0,
                HistoryLength = History,
                Users = [new ClusterUser(BenchUser, Guid.NewGuid().ToString()), new ClusterUser(SidecarUser, Guid.NewGuid().ToString())],
            },
            stop: stop);
        var (own, sidecar) = (Path.Combine(directory, "bench.kubeconfig"), Path.Combine(directory, "sidecar.kubeconfig"));
        await server.WriteKubeconfig(own, BenchUser);
        await server.WriteKubeconfig(sidecar, SidecarUser);
        return new BenchCluster(new ClusterApi(await ClusterConnection.Open(own, ClusterConnection.UserAgent, stop), time), sidecar, auditLog, server, time);
    }

    /// <summary>A server takes a moment until it serves a kind that was defined.</summary>
    private async Task WaitUntilServed(CancellationToken stop)
    {
        const int pauses = 100;
        var pause = TimeSpan.FromMilliseconds(200);
        foreach (var resource in (Resource[])[Resource.SnapshotClasses, Resource.SnapshotContents])
        {
            for (var i = 0; await Api.Page(resource.Everywhere, "limit=1", stop) is null; i++)
            {
                if (i == pauses) throw new ClusterRefusal($"The cluster does not serve {resource.Plural}, although they are defined.");
                await Task.Delay(pause, _time, stop);
            }
        }
    }
}

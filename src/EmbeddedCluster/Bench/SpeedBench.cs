using System.Globalization;
using System.Net;
using System.Text;

namespace Sidecars.EmbeddedCluster;

/// <summary>
/// Measures what the server reaches over HTTP on this machine: writes a second, and how long a change takes to reach the slowest watch. Server,
/// writers and watches share the process and its cores, so the server alone does better than the figures say.
/// </summary>
internal sealed class SpeedBench : IDisposable
{
    private const string Volumes = "/api/v1/persistentvolumes";

    private readonly HttpClient _client;
    private readonly BenchArguments _arguments;
    private readonly ClusterServer _cluster;
    private readonly BenchWatch[] _watches;
    private long _writes;

    private SpeedBench(ClusterServer cluster, BenchArguments arguments)
    {
        (_cluster, _arguments) = (cluster, arguments);
        _client = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = int.MaxValue, UseProxy = false })
        {
            BaseAddress = cluster.Url,
            DefaultRequestVersion = HttpVersion.Version11,
            Timeout = Timeout.InfiniteTimeSpan,
        };
        _watches = [.. Enumerable.Range(0, arguments.Watches).Select(_ => new BenchWatch(_client, Volumes))];
    }

    public static async Task<int> Run(string[] args, TextWriter output)
    {
        if (BenchArguments.Parse(args) is not { } arguments)
        {
            await output.WriteLineAsync(ClusterArguments.Usage);
            return 2;
        }
        await using var cluster = await ClusterServer.StartAsync(new ClusterOptions { RequestLogLength = 0 });
        using var bench = new SpeedBench(cluster, arguments);
        await bench.Run(output);
        return 0;
    }

    public void Dispose() => _client.Dispose();

    private async Task Run(TextWriter output)
    {
        for (var i = 0; i < _arguments.Objects; i++)
            _ = _cluster.Storage.Create("persistentvolumes", System.Text.Json.Nodes.JsonNode.Parse(Volume($"old-{i}"))!.AsObject()).Value;
        using var stop = new CancellationTokenSource();
        var started = _cluster.Storage.Version;
        var reading = _watches.Select(watch => watch.Run(started, stop.Token)).ToList();
        await Task.WhenAll(_watches.Select(watch => watch.Opened));

        var time = TimeProvider.System;
        var start = time.GetTimestamp();
        var until = TimeSpan.FromSeconds(_arguments.Seconds);
        await Task.WhenAll(Enumerable.Range(0, _arguments.Writers).Select(writer => Write(writer, () => time.GetElapsedTime(start) >= until)));
        var writing = time.GetElapsedTime(start);

        var changes = _cluster.Storage.Version - started;
        await Task.WhenAll(_watches.Select(watch => watch.Reached(changes)));
        var seen = time.GetElapsedTime(start);
        var listStart = time.GetTimestamp();
        var list = await _client.GetByteArrayAsync(Volumes, stop.Token);
        var listing = time.GetElapsedTime(listStart);
        await stop.CancelAsync();
        await Task.WhenAll(reading);
        await output.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"{{\"writes_per_s\": {_writes / writing.TotalSeconds:F0}, \"events_per_s\": {changes * _watches.Length / seen.TotalSeconds:F0}, \"watches\": {_watches.Length}, \"objects\": {_arguments.Objects}, \"last_event_after_ms\": {(seen - writing).TotalMilliseconds:F0}, \"list_all_ms\": {listing.TotalMilliseconds:F0}, \"list_mb\": {list.Length / 1048576.0:F1}, \"managed_heap_mb\": {GC.GetTotalMemory(forceFullCollection: true) / 1048576.0:F0}}}"));
    }

    /// <summary>The life of a volume as a provisioner sees it: create, two patches, delete.</summary>
    private async Task Write(int writer, Func<bool> isOver)
    {
        for (var i = 0; !isOver(); i++)
        {
            var name = $"new-{writer}-{i}";
            await Send(HttpMethod.Post, Volumes, Volume(name), "application/json");
            await Send(HttpMethod.Patch, $"{Volumes}/{name}", """{"metadata":{"annotations":{"bench":"1"}}}""", "application/merge-patch+json");
            await Send(HttpMethod.Patch, $"{Volumes}/{name}/status", """{"status":{"phase":"Bound"}}""", "application/merge-patch+json");
            await Send(HttpMethod.Delete, $"{Volumes}/{name}", "", "application/json");
        }
    }

    private async Task Send(HttpMethod method, string path, string body, string mediaType)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body.Length > 0) request.Content = new StringContent(body, Encoding.UTF8, mediaType);
        using var response = await _client.SendAsync(request);
        response.EnsureSuccessStatusCode();
        await response.Content.CopyToAsync(Stream.Null);
        Interlocked.Increment(ref _writes);
    }

    private static string Volume(string name) =>
        $$$"""
        {"apiVersion":"v1","kind":"PersistentVolume","metadata":{"name":"{{{name}}}","annotations":{"pv.kubernetes.io/provisioned-by":"csi.example.com"}},
         "spec":{"capacity":{"storage":"1Gi"},"accessModes":["ReadWriteOnce"],"persistentVolumeReclaimPolicy":"Delete","storageClassName":"fast",
         "claimRef":{"kind":"PersistentVolumeClaim","apiVersion":"v1","namespace":"default","name":"{{{name}}}","uid":"11111111-1111-1111-1111-111111111111"},
         "csi":{"driver":"csi.example.com","volumeHandle":"{{{name}}}","fsType":"ext4","volumeAttributes":{"k":"v"} } } }
        """;
}

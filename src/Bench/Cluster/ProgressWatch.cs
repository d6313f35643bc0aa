using System.Text.Json;

namespace Sidecars.Bench;

/// <summary>
/// One watch that tells when each object came to be as it was wanted. It goes on where a server ended it; what it cannot go on from is the end of
/// <see cref="Completion"/>.
/// </summary>
internal sealed class ProgressWatch : IAsyncDisposable
{
    private readonly ClusterApi _api;
    private readonly IWork _work;
    private readonly Timeline _timeline;
    private readonly CancellationTokenSource _over = new();
    private readonly Task _reading;
    private string _version;

    private ProgressWatch(ClusterApi api, IWork work, Timeline timeline, string version, HttpResponseMessage first)
    {
        (_api, _work, _timeline, _version) = (api, work, timeline, version);
        _reading = Read(first);
    }

    /// <summary>Ends only when the watch cannot go on; then with the reason.</summary>
    public Task Completion => _reading;

    /// <summary>Opens the watch; everything that happens after the task is complete is told to the timeline.</summary>
    public static async Task<ProgressWatch> Open(ClusterApi api, IWork work, Timeline timeline, CancellationToken stop)
    {
        var page = await api.Page(work.Watched.Everywhere, "limit=1", stop) ?? throw new ClusterRefusal($"The cluster has no {work.Watched.Plural}.");
        var version = page["metadata"]!["resourceVersion"]!.ToString();
        return new ProgressWatch(api, work, timeline, version, await api.Watch(work.Watched.Everywhere, version, stop));
    }

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        // Whoever waits for the work was told of a failure already.
        await _reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _over.Dispose();
    }

    private async Task Read(HttpResponseMessage first)
    {
        await Task.Yield();
        for (var response = first; ; response = await _api.Watch(_work.Watched.Everywhere, _version, _over.Token))
        {
            using (response)
            {
                try
                {
                    using var lines = new StreamReader(await response.Content.ReadAsStreamAsync(_over.Token));
                    while (await lines.ReadLineAsync(_over.Token) is { } line) Take(line);
                }
                catch (Exception broken) when (broken is IOException or HttpRequestException)
                {
                    // It goes on from the last version that was seen.
                }
            }
        }
    }

    private void Take(string line)
    {
        using var change = JsonDocument.Parse(line);
        var type = change.RootElement.GetProperty("type").GetString();
        var item = change.RootElement.GetProperty("object");
        if (type == "ERROR")
            throw new ClusterRefusal($"The watch of {_work.Watched.Plural} was ended: {(item.TryGetProperty("message", out var message) ? message.GetString() : item.ToString())}");
        _version = item.GetProperty("metadata").GetProperty("resourceVersion").GetString()!;
        if (type != "BOOKMARK" && _work.DoneBy(type!, item) is { } name) _timeline.Done(name);
    }
}

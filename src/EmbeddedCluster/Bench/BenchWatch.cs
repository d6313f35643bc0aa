namespace Sidecars.EmbeddedCluster;

/// <summary>A watch that only counts its events.</summary>
internal sealed class BenchWatch(HttpClient client, string path)
{
    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private TaskCompletionSource? _reached;
    private long _wanted = long.MaxValue;
    private long _seen;

    public Task Opened => _opened.Task;

    /// <summary>Completes when so many events were seen.</summary>
    public Task Reached(long count)
    {
        lock (_gate)
        {
            _wanted = count;
            _reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (_seen >= count) _reached.SetResult();
            return _reached.Task;
        }
    }

    public async Task Run(long version, CancellationToken stop)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            using var response = await client.GetAsync($"{path}?watch=1&resourceVersion={version}", HttpCompletionOption.ResponseHeadersRead, stop);
            await using var stream = await response.Content.ReadAsStreamAsync(stop);
            _opened.SetResult();
            int count;
            while ((count = await stream.ReadAsync(buffer, stop)) > 0) Count(buffer.AsSpan(0, count).Count((byte)'\n'));
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The measurement is over.
        }
    }

    private void Count(int events)
    {
        lock (_gate)
        {
            _seen += events;
            if (_seen >= _wanted) _reached?.TrySetResult();
        }
    }
}

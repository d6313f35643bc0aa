namespace Sidecars.Bench;

/// <summary>
/// Reads what the audit log of a cluster says of one program. Before and after the measurement a request that cannot be mistaken is made with the program's
/// own kubeconfig: they bound what is counted, say which user is meant, and tell that all before them is written.
/// </summary>
internal sealed class AuditMarks(string path, string kubeconfig, TimeProvider time)
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(5);

    private readonly string _first = NewMark();
    private readonly string _second = NewMark();
    private long _start;

    public async Task Begin(CancellationToken stop)
    {
        _start = File.Exists(path) ? new FileInfo(path).Length : 0;
        await Mark(_first, stop);
    }

    /// <summary>The requests since <see cref="Begin"/>, or why they cannot be told.</summary>
    public async Task<(RequestFigures? Requests, string Error)> End(CancellationToken stop)
    {
        using var changed = new SemaphoreSlim(0);
        using var limit = new CancellationTokenSource(s_limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stop);
        try
        {
            using var watcher = new FileSystemWatcher(Path.GetDirectoryName(Path.GetFullPath(path))!, Path.GetFileName(path)) { NotifyFilter = NotifyFilters.Size | NotifyFilters.LastWrite };
            watcher.Changed += (_, _) => changed.Release();
            watcher.EnableRaisingEvents = true;
            await Mark(_second, stop);
            while (true)
            {
                if (AuditCount.Between(_first, _second, await Entries(stop)) is { } requests) return (requests, "");
                await changed.WaitAsync(either.Token);
            }
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return (null, $"no requests are counted: the audit log {path} does not show the bench's own requests; is it this cluster's, and does its policy log reads of namespaces?");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return (null, $"no requests are counted: the audit log cannot be read: {failure.Message}");
        }
    }

    private static string NewMark() => $"{ClusterConnection.UserAgent}/{Guid.NewGuid():N}";

    private async Task Mark(string mark, CancellationToken stop)
    {
        using var api = new ClusterApi(await ClusterConnection.Open(kubeconfig, mark, stop), time);
        _ = await api.Touch(Resource.Namespaces.Of(Resource.Namespace), stop);
    }

    private async Task<List<AuditEntry>> Entries(CancellationToken stop)
    {
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        file.Seek(_start, SeekOrigin.Begin);
        using var lines = new StreamReader(file);
        var entries = new List<AuditEntry>();
        while (await lines.ReadLineAsync(stop) is { } line)
            if (AuditEntry.Parse(line) is { } entry) entries.Add(entry);
        return entries;
    }
}

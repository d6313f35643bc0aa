using System.Text.Json.Nodes;

namespace Sidecars.Vectors.Tests;

/// <summary>
/// The recorded kinds of a cluster as they are now, kept up to date by watches, and the names of all uids that were ever seen. Rings the bell on
/// each change. Kinds that the server does not serve are left out.
/// </summary>
internal sealed class ClusterView : IAsyncDisposable
{
    private readonly PlainApi _api;
    private readonly Activity _activity;
    private readonly Lock _lock = new();
    private readonly Dictionary<ObjectKey, JsonObject> _objects = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly List<string> _kinds = [];
    private readonly List<Task> _watches = [];

    private ClusterView(PlainApi api, Activity activity, UidNames uids) => (_api, _activity, Uids) = (api, activity, uids);

    internal UidNames Uids { get; }

    internal static async Task<ClusterView> Open(PlainApi api, Activity activity, UidNames uids, CancellationToken stop)
    {
        var view = new ClusterView(api, activity, uids);
        foreach (var kind in KindTable.Recorded)
        {
            if (await api.List(kind, stop) is not { } list) continue;
            view._kinds.Add(kind);
            var version = view.Replace(kind, list);
            view._watches.Add(view.Follow(kind, version));
        }

        return view;
    }

    /// <summary>The objects as the watches know them, which may be a moment behind.</summary>
    internal Dictionary<ObjectKey, JsonObject> Now()
    {
        lock (_lock) return new Dictionary<ObjectKey, JsonObject>(_objects);
    }

    /// <summary>The objects as the server has them at this moment.</summary>
    internal async Task<Dictionary<ObjectKey, JsonObject>> Read(CancellationToken stop)
    {
        foreach (var kind in _kinds)
            if (await _api.List(kind, stop) is { } list) Replace(kind, list);
        return Now();
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_watches);
        _stop.Dispose();
    }

    private async Task Follow(string kind, string version)
    {
        try
        {
            while (true)
            {
                await foreach (var change in _api.Watch(kind, version, _stop.Token))
                {
                    var value = change["object"]!.AsObject();
                    if ((string?)change["type"] == "ERROR")
                    {
                        version = Replace(kind, (await _api.List(kind, _stop.Token))!);
                        break;
                    }

                    version = (string)value["metadata"]!["resourceVersion"]!;
                    Apply(kind, (string)change["type"]!, value);
                }
            }
        }
        catch (Exception e) when (_stop.IsCancellationRequested && e is OperationCanceledException or HttpRequestException or IOException)
        {
        }
    }

    private void Apply(string kind, string type, JsonObject value)
    {
        if (type == "BOOKMARK") return;
        var key = ObjectKey.Of(kind, value);
        lock (_lock)
        {
            if (type == "DELETED") _objects.Remove(key);
            else _objects[key] = value;
        }

        Uids.Note(key, value);
        _activity.Ring();
    }

    private string Replace(string kind, JsonObject list)
    {
        var items = list["items"]!.AsArray().Select(i => i!.AsObject()).ToDictionary(i => ObjectKey.Of(kind, i));
        lock (_lock)
        {
            foreach (var gone in _objects.Keys.Where(k => k.Kind == kind && !items.ContainsKey(k)).ToList()) _objects.Remove(gone);
            foreach (var (key, value) in items) _objects[key] = value;
        }

        foreach (var (key, value) in items) Uids.Note(key, value);
        return (string)list["metadata"]!["resourceVersion"]!;
    }
}

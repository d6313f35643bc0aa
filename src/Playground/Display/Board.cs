using System.Text.RegularExpressions;
using Sidecars.EmbeddedCluster;

namespace Sidecars.Playground;

/// <summary>
/// What is known of the run at this moment: a line for each object, the events so far, the number of CSI calls by method. It follows the
/// cluster by watches; whoever shows it waits for the next change. News have the time since the board was made, whoever shows them when.
/// </summary>
internal sealed partial class Board(TimeProvider time)
{
    private static readonly string[] Followed =
    [
        "csidrivers", "csinodes", "persistentvolumeclaims", "persistentvolumes", "csistoragecapacities", "volumeattachments", "pods",
        "volumesnapshots.snapshot.storage.k8s.io", "volumesnapshotcontents.snapshot.storage.k8s.io",
    ];

    private readonly Lock _gate = new();
    private readonly long _began = time.GetTimestamp();
    private readonly Dictionary<string, BoardObject> _objects = new(StringComparer.Ordinal);
    private readonly List<string> _order = [];
    private readonly List<News> _news = [];
    private IReadOnlyList<string> _invitation = [];
    private string _lastCall = "";
    private readonly SortedDictionary<string, int> _calls = new(StringComparer.Ordinal);
    private TaskCompletionSource _changed = NewSignal();

    /// <summary>Completes with the next change; take it before reading, so that no change is missed.</summary>
    public Task NextChange
    {
        get
        {
            lock (_gate) return _changed.Task;
        }
    }

    /// <summary>Every object with its state, in the order they appeared.</summary>
    public IReadOnlyList<BoardObject> Objects
    {
        get
        {
            lock (_gate) return [.. _order.Select(name => _objects[name])];
        }
    }

    /// <summary>Every change of a state and every event, in order.</summary>
    public IReadOnlyList<News> News
    {
        get
        {
            lock (_gate) return [.. _news];
        }
    }

    public string Calls
    {
        get
        {
            lock (_gate) return _calls.Count == 0 ? "none yet" : string.Join(", ", _calls.Select(call => $"{call.Key} {call.Value}"));
        }
    }

    /// <summary>How many calls there were, and the last one's method.</summary>
    public (int Count, string Last) CallCount
    {
        get
        {
            lock (_gate) return (_calls.Values.Sum(), _lastCall);
        }
    }

    /// <summary>What the user may do now; empty until the story is through.</summary>
    public IReadOnlyList<string> Invitation
    {
        get
        {
            lock (_gate) return _invitation;
        }
    }

    /// <summary>Says what the user may do from now on.</summary>
    public void Invite(IReadOnlyList<string> lines)
    {
        lock (_gate)
        {
            _invitation = lines;
            SignalWhileLocked();
        }
    }

    /// <summary>Follows the cluster until asked to stop.</summary>
    public Task Follow(Storage storage, CancellationToken stop) => Task.WhenAll(
        [.. Followed.Select(resource => Follow(storage, resource, ShowObject, stop)), Follow(storage, "events", ShowEvent, stop)]);

    /// <summary>Counts a call a sidecar logged; lines that log none are ignored.</summary>
    public void ReadLogLine(string line)
    {
        if (line.Contains("GRPC call", StringComparison.Ordinal) && CallInLog().Match(line) is { Success: true } call)
            CountCall(call.Groups[1].Value);
    }

    public void CountCall(string method)
    {
        lock (_gate)
        {
            _calls[method] = _calls.GetValueOrDefault(method) + 1;
            _lastCall = method;
            SignalWhileLocked();
        }
    }

    /// <summary>Tells what no object of the cluster shows.</summary>
    public void Tell(string line)
    {
        lock (_gate)
        {
            AddWhileLocked(line);
            SignalWhileLocked();
        }
    }

    internal void ShowObject(WatchEvent change)
    {
        var stored = change.Object;
        var name = ObjectName.Of(stored.Resource.Kind, stored.Namespace, stored.Name);
        var state = change.Type == WatchEventType.Deleted ? BoardObject.GoneState : ObjectSummary.Of(stored);
        lock (_gate)
        {
            if (_objects.TryGetValue(name, out var before) && before.State == state) return;
            if (before is null) _order.Add(name);
            _objects[name] = new BoardObject(stored.Resource.Kind, stored.Namespace ?? "", stored.Name, state, _news.Count);
            AddWhileLocked($"{name}: {state}");
            SignalWhileLocked();
        }
    }

    internal void ShowEvent(WatchEvent change)
    {
        // The same event again only counts up.
        if (change.Type != WatchEventType.Added) return;
        var content = change.Object.Root;
        var about = ObjectName.Of(
            ObjectSummary.Text(content, "involvedObject", "kind"), ObjectSummary.Text(content, "involvedObject", "namespace"),
            ObjectSummary.Text(content, "involvedObject", "name"));
        var mark = ObjectSummary.Text(content, "type") == "Warning" ? "warning" : "event";
        lock (_gate)
        {
            AddWhileLocked($"{about}: {mark} {ObjectSummary.Text(content, "reason")}: {ObjectSummary.Text(content, "message").Trim()}");
            SignalWhileLocked();
        }
    }

    private static async Task Follow(Storage storage, string resource, Action<WatchEvent> show, CancellationToken stop)
    {
        try
        {
            await foreach (var change in storage.Watch(resource, stop: stop)) show(change);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The run is over.
        }
    }

    private void AddWhileLocked(string text) => _news.Add(new News(time.GetElapsedTime(_began), text));

    private void SignalWhileLocked()
    {
        _changed.SetResult();
        _changed = NewSignal();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    [GeneratedRegex(@"/csi\.v1\.\w+/(\w+)")]
    private static partial Regex CallInLog();
}

namespace Sidecars.EmbeddedCluster;

/// <summary>
/// The faults a test wants to see: which requests, the how many-th of them, and what happens. The first fault in the order of planning that strikes
/// decides; later ones do not count that request. Watches that run already can be cut, silenced or failed at once. Safe for concurrent use.
/// </summary>
public sealed class FaultPlan
{
    private readonly Lock _gate = new();
    private readonly List<Fault> _faults = [];
    private readonly List<ActiveWatch> _watches = [];
    private volatile bool _isDown;

    /// <summary>Watches that are being served right now.</summary>
    public int OpenWatches
    {
        get
        {
            lock (_gate) return _watches.Count;
        }
    }

    internal bool IsDown => _isDown;

    /// <summary>Plans a fault for requests that fit: the first <paramref name="skip"/> pass, the next <paramref name="times"/> are struck.</summary>
    public Fault Add(RequestMatch match, FaultAction action, int skip = 0, int times = int.MaxValue)
    {
        var fault = new Fault(this, match, action, skip, times);
        lock (_gate) _faults.Add(fault);
        return fault;
    }

    /// <summary>Drops all faults, releases what they hold and serves again.</summary>
    public void Clear()
    {
        List<Fault> faults;
        lock (_gate)
        {
            faults = [.. _faults];
            _faults.Clear();
        }
        foreach (var fault in faults) fault.Release();
        _isDown = false;
    }

    /// <summary>Cuts every watch and every request from now on, as a server that is down would.</summary>
    public void StopServing()
    {
        _isDown = true;
        CutWatches(RequestMatch.Any);
    }

    /// <summary>Ends <see cref="StopServing"/>.</summary>
    public void ResumeServing() => _isDown = false;

    /// <summary>Cuts the connections of open watches. Returns how many.</summary>
    public int CutWatches(RequestMatch match) => Command(match, new FaultAction.CutWatch());

    /// <summary>Lets open watches go silent without an end. Returns how many.</summary>
    public int SilenceWatches(RequestMatch match) => Command(match, new FaultAction.SilenceWatch());

    /// <summary>Ends open watches as if their time were up. Returns how many.</summary>
    public int EndWatches(RequestMatch match) => Command(match, new FaultAction.EndWatch());

    /// <summary>Ends open watches with an ERROR event. Returns how many.</summary>
    public int FailWatches(RequestMatch match, ApiStatus status) => Command(match, new FaultAction.FailWatch(status));

    internal Fault? Find(RequestInfo request, string userAgent, string user)
    {
        lock (_gate)
        {
            foreach (var fault in _faults)
                if (fault.Match.Fits(request, userAgent, user) && fault.StrikesWhileLocked()) return fault;
        }
        return null;
    }

    internal void Remove(Fault fault)
    {
        lock (_gate) _faults.Remove(fault);
    }

    internal void Opened(ActiveWatch watch)
    {
        lock (_gate) _watches.Add(watch);
    }

    internal void Closed(ActiveWatch watch)
    {
        lock (_gate) _watches.Remove(watch);
    }

    private int Command(RequestMatch match, FaultAction action)
    {
        List<ActiveWatch> struck;
        lock (_gate) struck = [.. _watches.Where(watch => match.Fits(watch.Request, watch.UserAgent, watch.User))];
        foreach (var watch in struck) watch.Command(action);
        return struck.Count;
    }
}

namespace Sidecars.Hosting.Http2;

/// <summary>How much may be sent: the credit of the connection and, with it, that of each stream (RFC 9113 section 5.2).</summary>
internal sealed class SendCredit
{
    public const int Initial = 65535;

    private const long Most = int.MaxValue;

    private readonly Lock _lock = new();
    private long _connection = Initial;
    private int _initial = Initial;
    private TaskCompletionSource _changed = NewSignal();
    private bool _isClosed;

    /// <summary>Gives a new stream its credit.</summary>
    public void Open(Http2Stream stream)
    {
        lock (_lock) stream.SendCredit = _initial;
    }

    /// <summary>Takes credit for up to so many octets, and waits until there is some; 0 where the connection or the stream is over.</summary>
    public async ValueTask<int> Take(Http2Stream stream, int wanted, CancellationToken stop)
    {
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                if (_isClosed || stream.IsLocalEnded) return 0;
                var taken = (int)Math.Min(wanted, Math.Min(_connection, stream.SendCredit));
                if (taken > 0)
                {
                    _connection -= taken;
                    stream.SendCredit -= taken;
                    return taken;
                }
                changed = _changed.Task;
            }
            await changed.WaitAsync(stop);
        }
    }

    /// <summary>Credit from the peer; false where it is more than can be counted. No stream is the connection.</summary>
    public bool Give(Http2Stream? stream, int credit)
    {
        lock (_lock)
        {
            var total = stream is null ? _connection += credit : stream.SendCredit += credit;
            SignalWhileLocked();
            return total <= Most;
        }
    }

    /// <summary>Another credit for each stream, those that are open too; theirs may become negative.</summary>
    public bool Reset(int initial, IEnumerable<Http2Stream> open)
    {
        lock (_lock)
        {
            var isCountable = true;
            foreach (var stream in open) isCountable &= (stream.SendCredit += initial - _initial) <= Most;
            _initial = initial;
            SignalWhileLocked();
            return isCountable;
        }
    }

    /// <summary>Lets all who wait see that their stream, or everything, is over.</summary>
    public void Wake(bool close = false)
    {
        lock (_lock)
        {
            _isClosed |= close;
            SignalWhileLocked();
        }
    }

    private void SignalWhileLocked()
    {
        _changed.SetResult();
        _changed = NewSignal();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}

namespace Sidecars.HostPathDriver.Storage;

/// <summary>
/// Keeps the sum of all promised bytes within the driver's capacity. A creation reserves before it copies and gives the reservation
/// back once its record counts, so that two creations can never share the last free bytes.
/// </summary>
internal sealed class SpaceAccount(long capacity, Func<long> promised)
{
    private readonly Lock _gate = new();
    private long _reserved;

    /// <summary>Bytes that can still be promised.</summary>
    public long Available
    {
        get
        {
            lock (_gate) return AvailableWhileLocked();
        }
    }

    /// <summary>Sets bytes aside until the reservation is disposed; null when there are not as many.</summary>
    public Reservation? TryReserve(long bytes)
    {
        lock (_gate)
        {
            if (bytes > AvailableWhileLocked()) return null;
            _reserved += bytes;
            return new Reservation(this, bytes);
        }
    }

    private long AvailableWhileLocked() => Math.Max(0, capacity - promised() - _reserved);

    /// <summary>Bytes set aside; disposing gives them back, and must happen after the record is written or the work has failed.</summary>
    internal sealed class Reservation(SpaceAccount account, long bytes) : IDisposable
    {
        private long _bytes = bytes;

        public void Dispose()
        {
            lock (account._gate)
            {
                account._reserved -= _bytes;
                _bytes = 0;
            }
        }
    }
}

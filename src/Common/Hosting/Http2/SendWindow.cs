namespace Sidecars.Hosting.Http2;

/// <summary>How much a client lets us send. May be negative after the client changed its mind (RFC 9113 6.9.2).</summary>
internal sealed class SendWindow(int size)
{
    private long _left = size;

    /// <summary>Octets that may be sent, never negative.</summary>
    public int Available => (int)Math.Max(_left, 0);

    public void Spend(int octets) => _left -= octets;

    /// <summary>Adds credit, or takes it back; false where the window grows beyond what the standard allows.</summary>
    public bool TryGrow(long octets)
    {
        _left += octets;
        return _left <= int.MaxValue;
    }
}

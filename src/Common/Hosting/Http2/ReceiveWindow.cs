namespace Sidecars.Hosting.Http2;

/// <summary>
/// How much a client may still send (RFC 9113 6.9). What arrived is used up at once, so credit is given back as soon as half of it is spent.
/// </summary>
internal sealed class ReceiveWindow
{
    private int _left = Http2Limits.Window;

    /// <summary>Takes in what arrived; false where the client had no credit for it.</summary>
    public bool TrySpend(int octets)
    {
        _left -= octets;
        return _left >= 0;
    }

    /// <summary>The credit to give back now; 0 for none yet.</summary>
    public int TakeRefund()
    {
        if (_left > Http2Limits.Window / 2) return 0;
        var refund = Http2Limits.Window - _left;
        _left = Http2Limits.Window;
        return refund;
    }
}

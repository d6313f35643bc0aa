namespace Sidecars.Csi;

/// <summary>
/// What happens after a connection to the driver broke (common contract 3.3). The policy only decides whether the connection is
/// dialled again; ending the process is the caller's business, who awaits <see cref="CsiConnection.Lost"/>.
/// </summary>
public enum LossPolicy
{
    /// <summary>
    /// Never dial again: capabilities and caches may be stale after a driver restart. All later calls fail with UNAVAILABLE. Only
    /// for Unix sockets.
    /// </summary>
    Exit,

    /// <summary>Dial again, silently, with the next call.</summary>
    Reconnect,
}

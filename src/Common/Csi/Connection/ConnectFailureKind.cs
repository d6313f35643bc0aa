namespace Sidecars.Csi;

/// <summary>What an attempt to connect met.</summary>
public enum ConnectFailureKind
{
    /// <summary>Nobody listens there, or we may not connect. A driver that is restarting may listen again in a moment.</summary>
    Nobody,

    /// <summary>Somebody listens and has no room for one more connection now.</summary>
    Busy,

    /// <summary>Somebody took the connection and did not say in time that it speaks HTTP/2: it is starting, or stands still.</summary>
    Silent,
}

namespace Sidecars.Hosting.Http;

/// <summary>
/// What one client may cost. The defaults let a kubelet, a scraper and a curious person work at the same time and keep anybody else
/// from holding memory or connections for longer than a few seconds.
/// </summary>
public sealed record DiagnosticsLimits
{
    /// <summary>The values every program uses.</summary>
    public static DiagnosticsLimits Default { get; } = new();

    /// <summary>
    /// For a health check of every node: more clients than ask at once there, so that nobody is turned away. A client that waits costs a few
    /// kilobytes.
    /// </summary>
    public static DiagnosticsLimits ManyAtOnce { get; } = new() { Connections = 2048, ShareOfDescriptors = 0.875 };

    /// <summary>The largest request head in bytes; a longer one is answered with 431. A Prometheus scrape sends about 400.</summary>
    public int RequestHeadBytes { get; init; } = 8 * 1024;

    /// <summary>From the first byte of a request to the end of its head.</summary>
    public TimeSpan RequestHeadTime { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a connection may rest between two requests; longer than the usual scrape interval of 60 s.</summary>
    public TimeSpan IdleTime { get; init; } = TimeSpan.FromSeconds(90);

    /// <summary>How long the client may take to read one answer.</summary>
    public TimeSpan ResponseTime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Open connections, or what <see cref="ShareOfDescriptors"/> allows; one more closes the connection that has been waiting for its client the
    /// longest.
    /// </summary>
    public int Connections { get; init; } = 128;

    /// <summary>How much of the descriptors that the process may have its connections can take; all listeners of a program together must stay within 1.</summary>
    public double ShareOfDescriptors { get; init; } = 0.125;
}

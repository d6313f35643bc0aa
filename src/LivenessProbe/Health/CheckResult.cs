namespace Sidecars.LivenessProbe.Health;

/// <summary>How one health check ended. Slow and dead drivers are different: only the second is gone.</summary>
internal enum CheckResult
{
    /// <summary>The driver said that it is ready.</summary>
    Ok,

    /// <summary>The driver said that it is not ready.</summary>
    NotReady,

    /// <summary>The driver answered with an error.</summary>
    Failed,

    /// <summary>The driver listens, and did not answer in time, or did not even take the connection.</summary>
    Slow,

    /// <summary>Nobody listens on the driver's socket, or it cannot be reached.</summary>
    Unreachable,
}

namespace Sidecars.Csi;

/// <summary>The wait between two attempts to connect (common contract 3.2), spread so that the containers of a pod do not dial in step.</summary>
internal static class RetryDelay
{
    /// <summary>The wait before jitter.</summary>
    internal static readonly TimeSpan Mean = TimeSpan.FromSeconds(1);

    /// <summary>Share of the wait by which it varies.</summary>
    internal const double Jitter = 0.2;

#pragma warning disable CA5394 // Spreading attempts needs no secret randomness.
    public static TimeSpan Next() => Mean * (1 - Jitter + 2 * Jitter * Random.Shared.NextDouble());
#pragma warning restore CA5394
}

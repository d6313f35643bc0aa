namespace Sidecars.ExternalAttacher.Waiting;

/// <summary>Says how long an item will wait after a failure, by the same rule as the back-off it waits in (common contract 11.3).</summary>
internal sealed class RetryTimes(TimeSpan first, TimeSpan longest)
{
    /// <param name="failuresBefore">Failures in a row before this one.</param>
    public TimeSpan After(int failuresBefore)
    {
        var ticks = first.Ticks * Math.Pow(2, failuresBefore);
        return ticks >= longest.Ticks ? longest : TimeSpan.FromTicks((long)ticks);
    }
}

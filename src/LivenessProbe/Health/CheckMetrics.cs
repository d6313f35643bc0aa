using Sidecars.Hosting.Metrics;

namespace Sidecars.LivenessProbe.Health;

/// <summary>
/// Counts the answers of <c>/healthz</c> by their result. The histogram of calls cannot tell a dead driver: a Probe that could not be sent
/// is not in it.
/// </summary>
internal sealed class CheckMetrics
{
    private readonly CounterSeries[] _byResult;

    public CheckMetrics(MetricRegistry registry, string driver)
    {
        var checks = registry.Counter("livenessprobe_checks_total", "[ALPHA] Health checks answered, by result", "driver_name", "result");
        _byResult = [.. Enum.GetValues<CheckResult>().Select(result => checks.With(driver, NameOf(result)))];
    }

    public void Count(CheckResult result) => _byResult[(int)result].Add();

    private static string NameOf(CheckResult result) => result switch
    {
        CheckResult.Ok => "ok",
        CheckResult.NotReady => "not_ready",
        CheckResult.Failed => "failed",
        CheckResult.Slow => "slow",
        CheckResult.Unreachable => "unreachable",
        _ => throw new ArgumentOutOfRangeException(nameof(result), result, null),
    };
}

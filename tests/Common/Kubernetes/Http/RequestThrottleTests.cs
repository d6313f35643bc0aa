using Microsoft.Extensions.Time.Testing;
using Sidecars.Kubernetes.Http;

namespace Sidecars.Kubernetes.Tests.Http;

public sealed class RequestThrottleTests
{
    private readonly FakeTimeProvider _time = new();

    [Test]
    public void A_burst_passes_and_then_five_a_second()
    {
        var throttle = new RequestThrottle(5, 10, _time);
        for (var i = 0; i < 10; i++) Assert.That(throttle.Reserve(), Is.EqualTo(TimeSpan.Zero));
        Assert.That(throttle.Reserve().TotalSeconds, Is.EqualTo(0.2).Within(1e-6));
        Assert.That(throttle.Reserve().TotalSeconds, Is.EqualTo(0.4).Within(1e-6));

        _time.Advance(TimeSpan.FromSeconds(100));
        for (var i = 0; i < 10; i++) Assert.That(throttle.Reserve(), Is.EqualTo(TimeSpan.Zero), "idle time fills the bucket");
        Assert.That(throttle.Reserve(), Is.GreaterThan(TimeSpan.Zero), "but not beyond its size");
    }

    [TestCase(1e-9)]
    [TestCase(double.Epsilon)]
    public async Task A_rate_of_next_to_nothing_is_waited_for(double rate)
    {
        var throttle = new RequestThrottle(rate, 1, _time);
        await throttle.TakeAsync(CancellationToken.None);
        using var stop = new CancellationTokenSource();
        var second = throttle.TakeAsync(stop.Token);
        _time.Advance(TimeSpan.FromDays(400));
        Assert.That(second.IsCompleted, Is.False);
        await stop.CancelAsync();
        Assert.That(async () => await second, Throws.InstanceOf<OperationCanceledException>());
    }

    [TestCase(5, 10, false, false, TestName = "Without_the_flags_there_is_no_throttle")]
    [TestCase(5, 10, true, true, TestName = "Named_limits_are_honoured")]
    [TestCase(-1, 10, true, false, TestName = "A_negative_rate_is_no_limit")]
    [TestCase(0, 10, true, true, TestName = "A_rate_of_zero_is_the_default")]
    [TestCase(0, 0, true, true, TestName = "A_rate_of_zero_has_the_default_burst_too")]
    [TestCase(double.PositiveInfinity, 10, true, false, TestName = "An_infinite_rate_is_no_limit")]
    public void Which_flags_throttle(double qps, int burst, bool isExplicit, bool throttles) =>
        Assert.That(ApiClientOptions.ThrottleOf(qps, burst, isExplicit, _time), throttles ? Is.Not.Null : Is.Null);
}

using Microsoft.Extensions.Time.Testing;

namespace Sidecars.Hosting.Tests.Values;

/// <summary>Limits of every length, on a clock that stands still.</summary>
internal sealed class TimeLimitTests
{
    private readonly FakeTimeProvider _time = new();

    [Test]
    public void It_passes_when_its_time_is_over()
    {
        using var limit = new TimeLimit(TimeSpan.FromSeconds(3), _time, CancellationToken.None);
        _time.Advance(TimeSpan.FromSeconds(2.9));
        Assert.That(limit.Token.IsCancellationRequested || limit.HasPassed, Is.False);
        _time.Advance(TimeSpan.FromSeconds(0.1));
        Assert.That(limit.Token.IsCancellationRequested && limit.HasPassed);
    }

    [Test]
    public void A_stop_cancels_it_and_is_not_the_limit()
    {
        using var stop = new CancellationTokenSource();
        using var limit = new TimeLimit(TimeSpan.FromSeconds(3), _time, stop.Token);
        stop.Cancel();
        _time.Advance(TimeSpan.FromSeconds(3));
        Assert.That(limit.Token.IsCancellationRequested);
        Assert.That(limit.HasPassed, Is.False, "the caller's wish decides where both are true");
    }

    [TestCase(0)]
    [TestCase(-1)]
    [TestCase(-1e13)]
    public void A_limit_of_nothing_has_passed_at_once(double seconds)
    {
        using var limit = new TimeLimit(TimeSpan.FromMilliseconds(seconds * 0.001), _time, CancellationToken.None);
        Assert.That(limit.Token.IsCancellationRequested && limit.HasPassed);
    }

    private static readonly TimeSpan?[] s_endless = [null, TimeLimit.Longest + TimeSpan.FromMilliseconds(1), TimeSpan.MaxValue];

    [TestCaseSource(nameof(s_endless))]
    public void Beyond_what_timers_can_wait_for_it_never_passes(TimeSpan? span)
    {
        using var limit = new TimeLimit(span, _time, CancellationToken.None);
        _time.Advance(TimeSpan.FromDays(100));
        Assert.That(limit.Token.IsCancellationRequested || limit.HasPassed, Is.False);
    }

    [Test]
    public void The_longest_that_timers_can_wait_for_passes()
    {
        using var limit = new TimeLimit(TimeLimit.Longest, _time, CancellationToken.None);
        _time.Advance(TimeLimit.Longest);
        Assert.That(limit.HasPassed);
    }
}

using Microsoft.Extensions.Time.Testing;
using Sidecars.Tests.Support;

namespace Sidecars.Hosting.Tests.Values;

/// <summary>Pauses of every length, on a clock that stands still.</summary>
internal sealed class PauseTests
{
    private readonly FakeTimeProvider _time = new();

    [TestCase(0)]
    [TestCase(-5)]
    public void Nothing_has_passed_at_once(int seconds) =>
        Assert.That(Pause.For(TimeSpan.FromSeconds(seconds), _time, CancellationToken.None).IsCompletedSuccessfully);

    [TestCase(3)]
    [TestCase(365 * 24 * 3600)]
    public async Task It_ends_when_its_time_is_over_and_not_before(int seconds)
    {
        var pause = Pause.For(TimeSpan.FromSeconds(seconds), _time, CancellationToken.None);
        // In steps, as time goes: what follows a timer has to run before the next one is set.
        var before = TimeSpan.FromSeconds(seconds) - TimeSpan.FromMilliseconds(1);
        while (_time.GetUtcNow() - _time.Start < before)
        {
            var left = before - (_time.GetUtcNow() - _time.Start);
            _time.Advance(left < TimeLimit.Longest ? left : TimeLimit.Longest);
        }
        Assert.That(pause.IsCompleted, Is.False);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        await pause.WithinLimit();
    }

    [TestCase(3)]
    [TestCase(365 * 24 * 3600)]
    public void A_stop_ends_it(int seconds)
    {
        using var stop = new CancellationTokenSource();
        var pause = Pause.For(TimeSpan.FromSeconds(seconds), _time, stop.Token);
        stop.Cancel();
        Assert.That(async () => await pause.WithinLimit(), Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public void The_longest_there_is_does_not_end() =>
        Assert.That(Pause.For(TimeSpan.MaxValue, _time, CancellationToken.None).IsCompleted, Is.False);
}

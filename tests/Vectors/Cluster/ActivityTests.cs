using Microsoft.Extensions.Time.Testing;
using Sidecars.Tests.Support;

namespace Sidecars.Vectors.Tests;

public sealed class ActivityTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly Activity _activity = new();

    [Test]
    public async Task A_condition_is_looked_at_after_each_ring()
    {
        var holds = false;
        var waiting = _activity.Until(() => holds, TimeSpan.FromSeconds(30), _time);
        _activity.Ring();
        Assert.That(waiting.IsCompleted, Is.False);
        holds = true;
        _activity.Ring();
        Assert.That(await waiting.WithinLimit(), Is.True);
    }

    [Test]
    public async Task A_condition_that_never_holds_ends_with_the_limit()
    {
        var waiting = _activity.Until(() => false, TimeSpan.FromSeconds(30), _time);
        _time.Advance(TimeSpan.FromSeconds(30));
        Assert.That(await waiting.WithinLimit(), Is.False);
    }

    [Test]
    public async Task Without_a_ring_it_is_quiet_after_the_time_asked_for()
    {
        var waiting = _activity.UntilQuiet(TimeSpan.FromSeconds(1.5), TimeSpan.FromSeconds(30), _time);
        _time.Advance(TimeSpan.FromSeconds(1.4));
        Assert.That(waiting.IsCompleted, Is.False);
        _time.Advance(TimeSpan.FromSeconds(0.1));
        await waiting.WithinLimit();
    }

    [Test]
    public async Task Unrest_ends_with_the_limit()
    {
        var waiting = _activity.UntilQuiet(TimeSpan.FromSeconds(40), TimeSpan.FromSeconds(30), _time);
        _activity.Ring();
        _time.Advance(TimeSpan.FromSeconds(30));
        await waiting.WithinLimit();
    }
}

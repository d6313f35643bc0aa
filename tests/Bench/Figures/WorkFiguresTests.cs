using Microsoft.Extensions.Time.Testing;

namespace Sidecars.Bench.Tests.Figures;

internal sealed class WorkFiguresTests
{
    [TestCase(new double[0], 50, null)]
    [TestCase(new[] { 3.0 }, 50, 3.0)]
    [TestCase(new[] { 3.0 }, 99, 3.0)]
    [TestCase(new[] { 1.0, 2.0 }, 50, 1.0)]
    [TestCase(new[] { 1.0, 2.0, 3.0 }, 50, 2.0)]
    [TestCase(new[] { 1.0, 2.0, 3.0, 4.0 }, 99, 4.0)]
    public void A_percentile_is_a_value_that_was_measured(double[] rising, int percent, double? expected) =>
        Assert.That(WorkFigures.Percentile(rising, percent), Is.EqualTo(expected));

    [Test]
    public void Of_a_hundred_values_one_is_above_the_99th_percentile()
    {
        var rising = Enumerable.Range(1, 100).Select(value => (double)value).ToList();

        Assert.That((WorkFigures.Percentile(rising, 50), WorkFigures.Percentile(rising, 99)), Is.EqualTo((50.0, 99.0)));
    }

    [Test]
    public void The_speed_is_what_was_done_between_the_first_and_the_last() =>
        Assert.That(WorkFigures.Of(4, [1.0, 1.5, 3.0], [0.1, 0.2, 0.4]), Is.EqualTo(new WorkFigures(4, 3, 1.0, 3.0, 1.5, 0.2, 0.4)));

    [TestCase(0)]
    [TestCase(1)]
    public void Too_little_has_no_speed(int done)
    {
        var times = Enumerable.Repeat(1.0, done).ToList();

        Assert.That(WorkFigures.Of(4, times, times), Is.EqualTo(new WorkFigures(4, done, done > 0 ? 1 : null, done > 0 ? 1 : null, null, done > 0 ? 1 : null, done > 0 ? 1 : null)));
    }

    [Test]
    public void What_waits_for_the_program_counts_from_its_start_and_what_comes_later_from_its_own_request()
    {
        var time = new FakeTimeProvider();
        var timeline = new Timeline(2, time);
        timeline.Ask("waiting");
        time.Advance(TimeSpan.FromSeconds(10));
        timeline.Begin();
        time.Advance(TimeSpan.FromSeconds(1));
        timeline.Ask("later");
        time.Advance(TimeSpan.FromSeconds(2));
        timeline.Done("waiting");
        timeline.Done("waiting");
        timeline.Done("of somebody else");
        Assert.That(timeline.AllDone.IsCompleted, Is.False);
        time.Advance(TimeSpan.FromSeconds(2));
        timeline.Done("later");

        Assert.That(timeline.AllDone.IsCompleted, Is.True);
        Assert.That(timeline.Figures(), Is.EqualTo(new WorkFigures(2, 2, First: 3, All: 5, PerSecond: 1, Median: 3, Slowest: 4)));
    }
}

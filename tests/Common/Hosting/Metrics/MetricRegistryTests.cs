using Sidecars.Hosting.Metrics;

namespace Sidecars.Hosting.Tests.Metrics;

[TestFixture]
internal sealed class MetricRegistryTests
{
    private readonly MetricRegistry _registry = new();

    [Test]
    public void Registering_the_same_family_twice_gives_the_same_instrument()
    {
        var first = _registry.Counter("same_total", "h", "a");
        var second = _registry.Counter("same_total", "h", "a");
        Assert.That(second, Is.SameAs(first));
    }

    [Test]
    public void Registering_it_differently_is_refused_with_what_is_there()
    {
        _registry.Counter("taken_total", "h", "a");
        Assert.That(() => _registry.Gauge("taken_total", "h", "a"), Throws.ArgumentException.With.Message.Contains("taken_total").And.Message.Contains("counter"));
        Assert.That(() => _registry.Counter("taken_total", "h", "b"), Throws.ArgumentException);
        _registry.Histogram("taken", "h", [1]);
        Assert.That(() => _registry.Histogram("taken", "h", [2]), Throws.ArgumentException);
    }

    [TestCase("")]
    [TestCase("1a")]
    [TestCase("a-b")]
    [TestCase("ä")]
    public void Names_are_checked(string name)
    {
        Assert.That(() => _registry.Gauge(name, "h"), Throws.ArgumentException);
        Assert.That(() => _registry.Gauge("fine", "h", name), Throws.ArgumentException);
    }

    [Test]
    public void Buckets_must_rise()
    {
        Assert.That(() => _registry.Histogram("h1", "h", [2, 1]), Throws.ArgumentException);
        Assert.That(() => _registry.Histogram("h2", "h", [1, double.PositiveInfinity]), Throws.ArgumentException);
        Assert.That(() => _registry.Histogram("h3", "h", [1], "le"), Throws.ArgumentException);
    }

    [Test]
    public void Label_values_must_match_the_labels_in_number()
    {
        var counter = _registry.Counter("two_total", "h", "a", "b");
        Assert.That(() => counter.With("x"), Throws.ArgumentException);
        Assert.That(() => counter.Add(), Throws.ArgumentException);
    }

    [Test]
    public void A_counter_only_grows() =>
        Assert.That(() => _registry.Counter("grow_total", "h").Add(-1), Throws.InstanceOf<ArgumentOutOfRangeException>());

    [Test]
    public void Observations_and_lookups_allocate_nothing()
    {
        var counter = _registry.Counter("c_total", "h", "a", "b");
        var histogram = _registry.Histogram("hot", "h", [1, 2, 3], "a");
        var series = histogram.With("x");
        void Work()
        {
            for (var i = 0; i < 1000; i++)
            {
                counter.With("x", "y").Add();
                series.Observe(i);
                histogram.With("x").Observe(TimeSpan.FromSeconds(1));
            }
        }

        Work();
        var before = GC.GetAllocatedBytesForCurrentThread();
        Work();
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    [Test]
    public async Task No_update_is_lost_between_threads()
    {
        var counter = _registry.Counter("parallel_total", "h", "worker");
        var gauge = _registry.Gauge("parallel", "h");
        var histogram = _registry.Histogram("parallel_seconds", "h", [0.5]);
        const int rounds = 10_000;
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < rounds; i++)
            {
                counter.With("same").Add();
                gauge.Add(i % 2 == 0 ? 2 : -1);
                histogram.Observe(i % 2);
            }
        }))).WaitAsync(TimeSpan.FromSeconds(30));
        Assert.That(counter.With("same").Value, Is.EqualTo(4 * rounds));
        Assert.That(gauge.With().Value, Is.EqualTo(4 * rounds / 2));
        Assert.That(histogram.With().Count, Is.EqualTo(4 * rounds));
        Assert.That(histogram.With().Sum, Is.EqualTo(4 * rounds / 2));
    }
}

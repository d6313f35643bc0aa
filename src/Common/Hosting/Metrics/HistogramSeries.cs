namespace Sidecars.Hosting.Metrics;

/// <summary>One distribution. An observation is a search in the bounds, one increment and one addition; it allocates nothing.</summary>
public sealed class HistogramSeries : MetricSeries
{
    private readonly double[] _bounds;

    // One slot per bound and one for +Inf, not cumulative: an observation touches a single slot.
    private readonly long[] _counts;
    private double _sum;

    internal HistogramSeries(byte[] labelText, double[] bounds) : base(labelText)
    {
        _bounds = bounds;
        _counts = new long[bounds.Length + 1];
    }

    /// <summary>How many values have been observed.</summary>
    public long Count => _counts.Sum();

    /// <summary>The sum of all observed values.</summary>
    public double Sum => Volatile.Read(ref _sum);

    /// <summary>Counts <paramref name="value"/> in the first bucket whose bound is not below it.</summary>
    public void Observe(double value)
    {
        var slot = 0;
        while (slot < _bounds.Length && !(value <= _bounds[slot])) slot++;
        Interlocked.Increment(ref _counts[slot]);
        Atomic.Add(ref _sum, value);
    }

    /// <summary>Observes a duration in seconds.</summary>
    public void Observe(TimeSpan elapsed) => Observe(elapsed.TotalSeconds);

    internal override void WriteTo(ref MetricsTextWriter writer, MetricFamily family)
    {
        var histogram = (Histogram)family;
        var cumulative = 0L;
        for (var slot = 0; slot < _bounds.Length; slot++)
        {
            cumulative += Interlocked.Read(ref _counts[slot]);
            writer.Bucket(histogram.BucketName, LabelText, histogram.BoundTexts[slot], cumulative);
        }
        cumulative += Interlocked.Read(ref _counts[^1]);
        writer.Bucket(histogram.BucketName, LabelText, "+Inf"u8, cumulative);
        writer.Sample(histogram.SumName, LabelText, Sum);
        // Taken from the buckets, so that a scrape amid observations still has count equal to the +Inf bucket.
        writer.Sample(histogram.CountName, LabelText, cumulative);
    }
}

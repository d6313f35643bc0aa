namespace Sidecars.Hosting.Metrics;

/// <summary>
/// A histogram family with fixed buckets. Without labels its single series exists at zero from the start; with labels a series
/// exists from the first <see cref="With"/> on.
/// </summary>
public sealed class Histogram : MetricFamily
{
    private readonly SeriesTable<HistogramSeries> _table = new();
    private readonly double[] _bounds;

    internal Histogram(string name, string help, double[] bounds, string[] labels) : base(name, help, labels)
    {
        for (var i = 0; i < bounds.Length; i++)
        {
            if (double.IsFinite(bounds[i]) && (i == 0 || bounds[i] > bounds[i - 1])) continue;
            throw new ArgumentException($"buckets of {name} must be finite and in rising order, without +Inf", nameof(bounds));
        }
        if (labels.Contains("le", StringComparer.Ordinal)) throw new ArgumentException($"histogram {name} cannot have a label named le", nameof(labels));
        _bounds = bounds;
        BoundTexts = [.. bounds.Select(bound => System.Text.Encoding.ASCII.GetBytes(GoFloat.Format(bound)))];
        BucketName = [.. Utf8Name, .. "_bucket"u8];
        SumName = [.. Utf8Name, .. "_sum"u8];
        CountName = [.. Utf8Name, .. "_count"u8];
        if (labels.Length == 0) With();
    }

    internal override string TypeName => "histogram";

    internal override IEnumerable<MetricSeries> Series => _table.All;

    internal byte[][] BoundTexts { get; }

    internal byte[] BucketName { get; }

    internal byte[] SumName { get; }

    internal byte[] CountName { get; }

    /// <summary>The series of these label values, in the order of the registered label names; created empty when it is new.</summary>
    public HistogramSeries With(params ReadOnlySpan<string> values)
    {
        if (_table.TryFind(values, out var series)) return series;
        CheckCount(values);
        return _table.GetOrAdd(values, new HistogramSeries(LabelText(values), _bounds));
    }

    /// <summary>Observes a value on the single series of a histogram without labels.</summary>
    public void Observe(double value) => With().Observe(value);

    internal override bool HasSameShapeAs(MetricFamily other) =>
        base.HasSameShapeAs(other) && other is Histogram histogram && _bounds.AsSpan().SequenceEqual(histogram._bounds);
}

namespace Sidecars.Hosting.Metrics;

/// <summary>
/// A counter family. Without labels it is its own single series and starts at zero; with labels a series exists from the first
/// <see cref="With"/> on. Keep the series in a field where the code is hot: an update on it allocates nothing.
/// </summary>
public sealed class Counter : MetricFamily
{
    private readonly SeriesTable<CounterSeries> _table = new();

    internal Counter(string name, string help, string[] labels) : base(name, help, labels)
    {
        if (labels.Length == 0) With();
    }

    internal override string TypeName => "counter";

    internal override IEnumerable<MetricSeries> Series => _table.All;

    /// <summary>The series of these label values, in the order of the registered label names; created at zero when it is new.</summary>
    public CounterSeries With(params ReadOnlySpan<string> values)
    {
        if (_table.TryFind(values, out var series)) return series;
        CheckCount(values);
        return _table.GetOrAdd(values, new CounterSeries(LabelText(values)));
    }

    /// <summary>Adds to the single series of a counter without labels.</summary>
    public void Add(double amount = 1) => With().Add(amount);
}

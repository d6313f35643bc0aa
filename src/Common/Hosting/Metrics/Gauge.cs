namespace Sidecars.Hosting.Metrics;

/// <summary>
/// A gauge family. Without labels it is its own single series and starts at zero; with labels a series exists from the first
/// <see cref="With"/> on.
/// </summary>
public sealed class Gauge : MetricFamily
{
    private readonly SeriesTable<GaugeSeries> _table = new();

    internal Gauge(string name, string help, string[] labels) : base(name, help, labels)
    {
        if (labels.Length == 0) With();
    }

    internal override string TypeName => "gauge";

    internal override IEnumerable<MetricSeries> Series => _table.All;

    /// <summary>The series of these label values, in the order of the registered label names; created at zero when it is new.</summary>
    public GaugeSeries With(params ReadOnlySpan<string> values)
    {
        if (_table.TryFind(values, out var series)) return series;
        CheckCount(values);
        return _table.GetOrAdd(values, new GaugeSeries(LabelText(values)));
    }

    /// <summary>Sets the single series of a gauge without labels.</summary>
    public void Set(double value) => With().Set(value);

    /// <summary>Adds to the single series of a gauge without labels; the amount may be negative.</summary>
    public void Add(double amount) => With().Add(amount);

    /// <summary>Takes the value of a gauge without labels from <paramref name="read"/>; see <see cref="GaugeSeries.Callback"/>.</summary>
    public Gauge Callback(Func<double> read)
    {
        With().Callback(read);
        return this;
    }
}

namespace Sidecars.Hosting.Metrics;

/// <summary>One gauge value. Updates are lock-free and allocate nothing.</summary>
public sealed class GaugeSeries : MetricSeries
{
    private double _value;
    private Func<double>? _read;

    internal GaugeSeries(byte[] labelText) : base(labelText)
    {
    }

    /// <summary>The present value.</summary>
    public double Value => _read is { } read ? read() : Volatile.Read(ref _value);

    /// <summary>Replaces the value.</summary>
    public void Set(double value) => Volatile.Write(ref _value, value);

    /// <summary>Adds <paramref name="amount"/>, which may be negative.</summary>
    public void Add(double amount) => Atomic.Add(ref _value, amount);

    /// <summary>
    /// Takes the value from <paramref name="read"/> at each exposition instead. NaN means "unknown now" and prints no sample. The
    /// function runs on the thread that serves the scrape and must not block.
    /// </summary>
    public void Callback(Func<double> read) => _read = read;

    /// <summary>The same, beside what is read already: <paramref name="join"/> makes one value of two.</summary>
    public void AddCallback(Func<double> read, Func<double, double, double> join) => _read = _read is { } before ? () => join(before(), read()) : read;

    internal override void WriteTo(ref MetricsTextWriter writer, MetricFamily family)
    {
        var value = Value;
        if (_read is null || !double.IsNaN(value)) writer.Sample(family.Utf8Name, LabelText, value);
    }
}

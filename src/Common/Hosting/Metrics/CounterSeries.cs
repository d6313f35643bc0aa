namespace Sidecars.Hosting.Metrics;

/// <summary>One counter value. Updates are lock-free and allocate nothing; a negative amount throws.</summary>
public sealed class CounterSeries : MetricSeries
{
    private double _value;
    private Func<double>? _read;

    internal CounterSeries(byte[] labelText) : base(labelText)
    {
    }

    /// <summary>The present value.</summary>
    public double Value => _read is { } read ? read() : Volatile.Read(ref _value);

    /// <summary>Adds <paramref name="amount"/>, which must not be negative.</summary>
    public void Add(double amount = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(amount);
        Atomic.Add(ref _value, amount);
    }

    /// <summary>Takes the value from <paramref name="read"/> at each exposition; NaN means "unknown now" and prints no sample.</summary>
    public void Callback(Func<double> read) => _read = read;

    internal override void WriteTo(ref MetricsTextWriter writer, MetricFamily family)
    {
        var value = Value;
        if (_read is null || !double.IsNaN(value)) writer.Sample(family.Utf8Name, LabelText, value);
    }
}

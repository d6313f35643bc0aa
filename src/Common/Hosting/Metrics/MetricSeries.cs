namespace Sidecars.Hosting.Metrics;

/// <summary>One combination of label values of a family, with the value behind it.</summary>
public abstract class MetricSeries
{
    private protected MetricSeries(byte[] labelText) => LabelText = labelText;

    internal byte[] LabelText { get; }

    internal abstract void WriteTo(ref MetricsTextWriter writer, MetricFamily family);
}

using System.Text;

namespace Sidecars.Hosting.Metrics;

/// <summary>
/// The part every instrument shares: name, help, label names and the list of its series. A family without a series is not
/// printed, which is how the originals behave for labelled metrics before their first use.
/// </summary>
public abstract class MetricFamily
{
    private readonly string[] _labels;

    private protected MetricFamily(string name, string help, string[] labels)
    {
        if (!MetricNames.IsMetricName(name)) throw new ArgumentException($"\"{name}\" is not a valid metric name", nameof(name));
        foreach (var label in labels)
            if (!MetricNames.IsLabelName(label)) throw new ArgumentException($"\"{label}\" is not a valid label name of {name}", nameof(labels));
        Name = name;
        Help = help;
        _labels = labels;
        Utf8Name = Encoding.UTF8.GetBytes(name);
    }

    /// <summary>The family's name as it is printed.</summary>
    public string Name { get; }

    /// <summary>The text of the HELP line, unescaped.</summary>
    public string Help { get; }

    /// <summary>Label names in the order in which <c>With</c> takes their values.</summary>
    public IReadOnlyList<string> Labels => _labels;

    internal byte[] Utf8Name { get; }

    internal abstract string TypeName { get; }

    internal abstract IEnumerable<MetricSeries> Series { get; }

    internal virtual bool HasSameShapeAs(MetricFamily other) => _labels.AsSpan().SequenceEqual(other._labels);

    private protected byte[] LabelText(ReadOnlySpan<string> values) => MetricNames.LabelText(_labels, values);

    private protected void CheckCount(ReadOnlySpan<string> values)
    {
        if (values.Length != _labels.Length)
            throw new ArgumentException($"metric {Name} has {_labels.Length} labels, {values.Length} values were given");
    }
}

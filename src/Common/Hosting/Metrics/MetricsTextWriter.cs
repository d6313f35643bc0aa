using System.Buffers;
using System.Text;

namespace Sidecars.Hosting.Metrics;

/// <summary>Writes the lines of the Prometheus text format 0.0.4 straight into a byte buffer.</summary>
internal readonly ref struct MetricsTextWriter(IBufferWriter<byte> output)
{
    private readonly IBufferWriter<byte> _output = output;

    public void Header(MetricFamily family)
    {
        var help = new StringBuilder();
        MetricNames.AppendEscaped(help, family.Help, quotes: false);
        Text($"# HELP {family.Name} {help}\n# TYPE {family.Name} {family.TypeName}\n");
    }

    public void Sample(ReadOnlySpan<byte> name, ReadOnlySpan<byte> labels, double value)
    {
        _output.Write(name);
        if (!labels.IsEmpty)
        {
            _output.Write("{"u8);
            _output.Write(labels);
            _output.Write("}"u8);
        }
        _output.Write(" "u8);
        var span = _output.GetSpan(GoFloat.MaxLength);
        _output.Advance(GoFloat.Write(value, span));
        _output.Write("\n"u8);
    }

    public void Bucket(ReadOnlySpan<byte> name, ReadOnlySpan<byte> labels, ReadOnlySpan<byte> bound, long count)
    {
        _output.Write(name);
        _output.Write("{"u8);
        _output.Write(labels);
        _output.Write(labels.IsEmpty ? "le=\""u8 : ",le=\""u8);
        _output.Write(bound);
        _output.Write("\"} "u8);
        // A count is printed as a float by the originals, so a million reads 1e+06.
        var span = _output.GetSpan(GoFloat.MaxLength);
        _output.Advance(GoFloat.Write(count, span));
        _output.Write("\n"u8);
    }

    private void Text(string text)
    {
        var span = _output.GetSpan(Encoding.UTF8.GetMaxByteCount(text.Length));
        _output.Advance(Encoding.UTF8.GetBytes(text, span));
    }
}

using System.Buffers;

namespace Sidecars.Hosting.Metrics;

/// <summary>
/// The exposition of one or more registries in the Prometheus text format 0.0.4 (common contract 4.3): families sorted by name,
/// each printed once. When two registries know the same family, the first one's help and type stand, series of the second are added
/// unless the same labels were already printed or the type differs; a conflict never turns into an error for the scraper.
/// </summary>
public static class MetricsText
{
    /// <summary>The content type of the format.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    /// <summary>Writes all registries into <paramref name="output"/> as UTF-8.</summary>
    public static void Write(IBufferWriter<byte> output, params ReadOnlySpan<MetricRegistry> registries)
    {
        var byName = new SortedDictionary<string, List<MetricFamily>>(StringComparer.Ordinal);
        foreach (var registry in registries)
        {
            foreach (var family in registry.Collect())
            {
                if (byName.TryGetValue(family.Name, out var sameName)) sameName.Add(family);
                else byName[family.Name] = [family];
            }
        }
        var writer = new MetricsTextWriter(output);
        foreach (var (_, families) in byName) WriteFamily(ref writer, families);
    }

    private static void WriteFamily(ref MetricsTextWriter writer, List<MetricFamily> families)
    {
        var first = families[0];
        var lines = new List<(MetricFamily Family, MetricSeries Series)>();
        foreach (var family in families)
            if (family.TypeName == first.TypeName)
                foreach (var series in family.Series) lines.Add((family, series));
        if (lines.Count == 0) return;

        // A stable order by labels; among equal labels the earlier registry comes first and wins.
        var ordered = lines.OrderBy(line => line.Series.LabelText, ByteOrder.Instance);
        byte[]? printed = null;
        writer.Header(first);
        foreach (var (family, series) in ordered)
        {
            if (printed is not null && printed.AsSpan().SequenceEqual(series.LabelText)) continue;
            series.WriteTo(ref writer, family);
            printed = series.LabelText;
        }
    }

    private sealed class ByteOrder : IComparer<byte[]>
    {
        public static ByteOrder Instance { get; } = new();

        public int Compare(byte[]? x, byte[]? y) => x.AsSpan().SequenceCompareTo(y);
    }
}

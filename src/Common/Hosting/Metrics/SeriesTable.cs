using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace Sidecars.Hosting.Metrics;

/// <summary>
/// Finds a series by its label values without allocating: the values arrive as a span and are only copied when the series is new.
/// Entries are never removed, as a scraped series must not vanish and come back at zero.
/// </summary>
internal sealed class SeriesTable<TSeries> where TSeries : MetricSeries
{
    private readonly ConcurrentDictionary<string[], TSeries> _series;
    private readonly ConcurrentDictionary<string[], TSeries>.AlternateLookup<ReadOnlySpan<string>> _bySpan;

    public SeriesTable()
    {
        _series = new(LabelValues.Comparer);
        _bySpan = _series.GetAlternateLookup<ReadOnlySpan<string>>();
    }

    // Values takes every lock of the dictionary; the enumerator does not, and a scrape may miss a series born during it.
    public IEnumerable<TSeries> All => _series.Select(entry => entry.Value);

    public bool TryFind(ReadOnlySpan<string> values, [MaybeNullWhen(false)] out TSeries series) => _bySpan.TryGetValue(values, out series);

    public TSeries GetOrAdd(ReadOnlySpan<string> values, TSeries candidate) => _series.GetOrAdd(values.ToArray(), candidate);
}

using System.Collections.Concurrent;

namespace Sidecars.Hosting.Metrics;

/// <summary>
/// Holds the metric families of one subsystem and hands out the typed instruments that feed them. Registering the same family
/// twice gives the same instrument; registering it with another type or other labels is a programming error and throws. A registry
/// never renames, prefixes or drops anything: what is registered is what <see cref="MetricsText"/> prints. All members are safe to
/// call from any thread.
/// </summary>
public sealed class MetricRegistry
{
    private readonly ConcurrentDictionary<string, MetricFamily> _families = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<Action> _refreshers = new();

    /// <summary>A value that only grows. The name should end in <c>_total</c>; nothing enforces it.</summary>
    public Counter Counter(string name, string help, params ReadOnlySpan<string> labels) =>
        Register(new Counter(name, help, labels.ToArray()));

    /// <summary>A value that goes up and down.</summary>
    public Gauge Gauge(string name, string help, params ReadOnlySpan<string> labels) =>
        Register(new Gauge(name, help, labels.ToArray()));

    /// <summary>
    /// A distribution. <paramref name="buckets"/> are the inclusive upper bounds in rising order, without <c>+Inf</c>, in the unit
    /// the name says (seconds for every family of the originals).
    /// </summary>
    public Histogram Histogram(string name, string help, IReadOnlyList<double> buckets, params ReadOnlySpan<string> labels) =>
        Register(new Histogram(name, help, [.. buckets], labels.ToArray()));

    /// <summary>Runs <paramref name="refresh"/> before each exposition, so that values which are costly to keep are read on demand.</summary>
    public void OnCollect(Action refresh) => _refreshers.Enqueue(refresh);

    internal IEnumerable<MetricFamily> Collect()
    {
        foreach (var refresh in _refreshers) refresh();
        return _families.Values;
    }

    private T Register<T>(T candidate) where T : MetricFamily
    {
        var registered = _families.GetOrAdd(candidate.Name, candidate);
        if (registered is T same && same.HasSameShapeAs(candidate)) return same;
        throw new ArgumentException(
            $"metric {candidate.Name} is already registered as a {registered.TypeName} with labels [{string.Join(", ", registered.Labels)}]");
    }
}

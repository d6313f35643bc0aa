using System.Buffers;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Sidecars.Hosting.Metrics;

namespace Sidecars.Hosting.Tests.Metrics;

[TestFixture]
internal sealed class MetricsTextTests
{
    private static readonly double[] CsiBuckets = [.1, .25, .5, 1, 2.5, 5, 10, 15, 25, 50, 120, 300, 600];
    private static readonly double[] QueueBuckets = [1e-08, 1e-07, 1e-06, 9.999999999999999e-06, 9.999999999999999e-05, .001, .01, .1, 1, 10];

    [Test]
    public void One_call_of_20_seconds_reads_as_in_the_contract()
    {
        var registry = new MetricRegistry();
        registry.Histogram("csi_sidecar_operations_seconds", "[ALPHA] help", CsiBuckets, "driver_name", "method_name", "grpc_status_code")
            .With("d", "/csi.v1.Controller/CreateVolume", "OK").Observe(TimeSpan.FromSeconds(20));
        const string labels = "driver_name=\"d\",grpc_status_code=\"OK\",method_name=\"/csi.v1.Controller/CreateVolume\"";
        var expected = new StringBuilder("# HELP csi_sidecar_operations_seconds [ALPHA] help\n# TYPE csi_sidecar_operations_seconds histogram\n");
        foreach (var bound in (string[])["0.1", "0.25", "0.5", "1", "2.5", "5", "10", "15"])
            expected.Append($"csi_sidecar_operations_seconds_bucket{{{labels},le=\"{bound}\"}} 0\n");
        foreach (var bound in (string[])["25", "50", "120", "300", "600", "+Inf"])
            expected.Append($"csi_sidecar_operations_seconds_bucket{{{labels},le=\"{bound}\"}} 1\n");
        expected.Append($"csi_sidecar_operations_seconds_sum{{{labels}}} 20\ncsi_sidecar_operations_seconds_count{{{labels}}} 1\n");
        Assert.That(Text(registry), Is.EqualTo(expected.ToString()));
    }

    [Test]
    public void Queue_buckets_have_the_texts_stored_series_use()
    {
        var registry = new MetricRegistry();
        registry.Histogram("q", "h", QueueBuckets).Observe(1);
        var bounds = Text(registry).Split('\n').Where(line => line.StartsWith("q_bucket", StringComparison.Ordinal)).Select(line => line.Split('"')[1]);
        Assert.That(bounds, Is.EqualTo(new[]
        {
            "1e-08", "1e-07", "1e-06", "9.999999999999999e-06", "9.999999999999999e-05", "0.001", "0.01", "0.1", "1", "10", "+Inf",
        }));
    }

    [Test]
    public void A_value_on_a_bound_belongs_to_its_bucket()
    {
        var registry = new MetricRegistry();
        var histogram = registry.Histogram("h", "h", [1, 2]);
        histogram.Observe(1);
        histogram.Observe(double.NaN);
        var read = PromReader.Read(Text(registry));
        Assert.That(read["h_bucket", ("le", "1")], Is.EqualTo(1));
        Assert.That(read["h_bucket", ("le", "+Inf")], Is.EqualTo(2));
    }

    [Test]
    public void Families_are_sorted_and_those_without_series_absent()
    {
        var registry = new MetricRegistry();
        registry.Counter("b_total", "b").Add(1_000_000);
        registry.Gauge("a", "line\nfeed \\ and \"quotes\"").Set(-1.5);
        registry.Gauge("unused", "never", "label");
        Assert.That(Text(registry), Is.EqualTo(
            "# HELP a line\\nfeed \\\\ and \"quotes\"\n# TYPE a gauge\na -1.5\n# HELP b_total b\n# TYPE b_total counter\nb_total 1e+06\n"));
    }

    [Test]
    public void An_empty_label_value_is_kept()
    {
        var registry = new MetricRegistry();
        registry.Gauge("leader_election_master_status", "h", "name").With("").Set(1);
        Assert.That(Text(registry), Does.EndWith("\nleader_election_master_status{name=\"\"} 1\n"));
    }

    [Test]
    public void Callbacks_are_read_at_the_scrape_and_unknown_is_no_sample()
    {
        var registry = new MetricRegistry();
        var value = 1.0;
        registry.Gauge("known", "h").Callback(() => value);
        registry.Gauge("unknown", "h").Callback(() => double.NaN);
        value = 2;
        var read = PromReader.Read(Text(registry));
        Assert.That(read["known"], Is.EqualTo(2));
        Assert.That(read.Samples, Has.Count.EqualTo(1));
    }

    [Test]
    public void Registries_merge_without_repeating_families_or_series()
    {
        var first = new MetricRegistry();
        var second = new MetricRegistry();
        first.Gauge("shared", "first help", "l").With("a").Set(1);
        second.Gauge("shared", "second help", "l").With("a").Set(2);
        second.Gauge("shared", "second help", "l").With("b").Set(3);
        first.Gauge("clash", "gauge").Set(4);
        second.Counter("clash", "counter").Add(5);
        second.Counter("own_total", "own").Add(6);
        var read = PromReader.Read(Text(first, second));
        Assert.That(read.Families, Is.EqualTo(new[] { "clash", "own_total", "shared" }));
        Assert.That(read.Helps["shared"], Is.EqualTo("first help"));
        Assert.That(read["shared", ("l", "a")], Is.EqualTo(1));
        Assert.That(read["shared", ("l", "b")], Is.EqualTo(3));
        Assert.That(read.Types["clash"], Is.EqualTo("gauge"));
        Assert.That(read["clash"], Is.EqualTo(4));
    }

    [Test]
    public void Whatever_is_written_a_reader_reads() =>
        Prop.ForAll<string[], double, string>((values, number, help) =>
        {
            var registry = new MetricRegistry();
            var gauge = registry.Gauge("g", Valid(help), "zeta", "alpha");
            var expected = new Dictionary<string, double>();
            for (var i = 0; i + 1 < values.Length; i++)
            {
                var (zeta, alpha) = (Valid(values[i]), Valid(values[i + 1]));
                gauge.With(zeta, alpha).Set(number + i);
                expected[PromReader.Key("g", [("zeta", zeta), ("alpha", alpha)])] = number + i;
            }
            var read = PromReader.Read(Text(registry));
            return read.Samples.Count == expected.Count
                && expected.All(pair => read.Samples[pair.Key].Equals(pair.Value))
                && (expected.Count == 0 || read.Helps["g"] == Valid(help));
        }).QuickCheckThrowOnFailure();

    [Test]
    public void Observations_add_up_under_any_buckets() =>
        Prop.ForAll<double[], double[]>((bounds, values) =>
        {
            bounds = [.. bounds.Where(double.IsFinite).Distinct().Order()];
            values = [.. values.Where(double.IsFinite)];
            var registry = new MetricRegistry();
            var histogram = registry.Histogram("h", "h", bounds);
            foreach (var value in values) histogram.Observe(value);
            var read = PromReader.Read(Text(registry));
            return bounds.All(bound => read["h_bucket", ("le", GoFloat.Format(bound))] == values.Count(value => value <= bound))
                && read["h_bucket", ("le", "+Inf")] == values.Length
                && read["h_count"] == values.Length;
        }).QuickCheckThrowOnFailure();

    internal static string Text(params MetricRegistry[] registries)
    {
        var output = new ArrayBufferWriter<byte>();
        MetricsText.Write(output, registries);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    // UTF-8 cannot carry half a surrogate pair.
    private static string Valid(string? text) => new([.. (text ?? "").EnumerateRunes().SelectMany(rune => rune.ToString())]);
}

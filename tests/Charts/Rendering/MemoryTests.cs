using System.Globalization;

namespace Sidecars.Charts.Tests;

/// <summary>The memory the charts ask for is the table of docs/benchmarks.md.</summary>
internal sealed class MemoryTests
{
    [Test]
    public async Task Requests_and_limits_are_those_that_were_measured()
    {
        var rows = (await File.ReadAllLinesAsync(Path.Combine(Repository.Root, "docs/benchmarks.md"))).SkipWhile(line => line is not "## What the charts ask for")
            .Skip(1).TakeWhile(line => !line.StartsWith("## ", StringComparison.Ordinal)).Where(line => line.StartsWith("| ", StringComparison.Ordinal)).Skip(1)
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries)).ToDictionary(cells => cells[1], cells => (Ours: (cells[2], cells[3]), Theirs: (cells[5], cells[6])));
        Assert.That(rows.Keys, Is.EquivalentTo(FlagTable.Programs.Values));
        var seen = new HashSet<(string, bool)>();
        foreach (var chart in ((string[])["snapshots", "cluster-registrar", "go"]).Select(name => ChartCase.Of("csi-driver", name)).Concat([ChartCase.Of("snapshot-controller", "default"), ChartCase.Of("snapshot-controller", "go")]))
            foreach (var container in (await chart.Objects()).SelectMany(one => one.Containers).Where(one => one["command"] is not null))
            {
                var (program, isOriginal) = (container["command"]![0]!.GetValue<string>()[1..], container["image"]!.GetValue<string>().StartsWith("registry.k8s.io/", StringComparison.Ordinal));
                var (request, limit) = isOriginal ? rows[program].Theirs : rows[program].Ours;
                Assert.That(container["resources"]!["requests"]!["memory"]!.GetValue<string>(), Is.EqualTo($"{request}Mi"), program);
                Assert.That(container["resources"]!["limits"]!["memory"]!.GetValue<string>(), Is.EqualTo($"{limit}Mi"), program);
                Assert.That(int.Parse(limit, CultureInfo.InvariantCulture), Is.GreaterThan(int.Parse(request, CultureInfo.InvariantCulture)), program);
                seen.Add((program, isOriginal));
            }
        Assert.That(seen, Has.Count.EqualTo((2 * rows.Count) - 1), "each program is seen with both images, csi-cluster-driver-registrar with ours alone");
    }
}

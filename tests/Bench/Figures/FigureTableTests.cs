namespace Sidecars.Bench.Tests.Figures;

internal sealed class FigureTableTests
{
    private static readonly RunFigures s_first = new()
    {
        Program = "csi-attacher", IsComplete = true, Work = new WorkFigures(4, 4, 0.5, 1, 8, 0.6, 0.9), End = Process(40, 2), After = Process(30, 3),
        Calls = new Dictionary<string, int> { ["ControllerPublishVolume"] = 6 },
        Requests = new RequestFigures(new Dictionary<string, int> { ["patch volumeattachments"] = 12 }, new Dictionary<string, int> { ["patch volumeattachments 409"] = 2 }),
    };

    private static readonly RunFigures s_second = s_first with
    {
        IsComplete = false, Work = new WorkFigures(4, 2, 0.25, 0.5, 4, 0.3, 0.4), End = Process(20, 1), After = null, Requests = null, Remark = "no audit log",
        Calls = new Dictionary<string, int> { ["ControllerPublishVolume"] = 2 },
    };

    [Test]
    public void Each_program_has_a_row_and_later_ones_their_ratio_to_the_first() => Assert.That(FigureTable.Of("attach 4", [s_first, s_second]).Split('\n'), Is.EqualTo(new[]
    {
        "attach 4",
        "",
        "|                                     | done | per s | first s | all s | p50 s | p99 s | CPU s | RSS end MB | RSS after MB | peak MB | threads | calls each | requests each | 4xx | 5xx |",
        "|-------------------------------------|-----:|------:|--------:|------:|------:|------:|------:|-----------:|-------------:|--------:|--------:|-----------:|--------------:|----:|----:|",
        "| csi-attacher (1)                    |    4 |     8 |   0.500 | 1.000 | 0.600 | 0.900 |  2.00 |       40.0 |         30.0 |    50.0 |       7 |       1.50 |          3.00 |   2 |   0 |",
        "| csi-attacher (2)                    |    2 |     4 |   0.250 | 0.500 | 0.300 | 0.400 |  1.00 |       20.0 |              |    50.0 |       7 |       1.00 |               |     |     |",
        "| csi-attacher (2) / csi-attacher (1) | 0.50 |  0.50 |    0.50 |  0.50 |  0.50 |  0.44 |  0.50 |       0.50 |              |    1.00 |    1.00 |       0.67 |               |     |     |",
        "",
        "csi-attacher (1), calls: 6 ControllerPublishVolume",
        "csi-attacher (1), requests: 12 patch volumeattachments (3.00 each)",
        "csi-attacher (1), refused: 2 patch volumeattachments 409",
        "csi-attacher (2): 2 of 4",
        "csi-attacher (2), calls: 2 ControllerPublishVolume",
        "csi-attacher (2): no audit log",
    }));

    [Test]
    public void Json_has_the_same_figures_without_what_was_not_measured()
    {
        var json = FigureJson.Of(new BenchOptions { Mode = "attach", Count = 4 }, [s_first, s_second]);

        Assert.That(json["runs"]![0]!.ToJsonString(), Is.EqualTo(
            """{"program":"csi-attacher","complete":true,"done":4,"per_s":8,"first_s":0.5,"all_s":1,"p50_s":0.6,"p99_s":0.9,"cpu_s":2,"end_rss_mb":40,"after_rss_mb":30,"peak_rss_mb":50,"threads":7,"calls_each":1.5,"requests_each":3,"refused_4xx":2,"failed_5xx":0,"calls":{"ControllerPublishVolume":6},"requests":{"patch volumeattachments":12},"refusals":{"patch volumeattachments 409":2}}"""));
        Assert.That(json["runs"]![1]!.AsObject().Select(field => field.Key), Does.Not.Contain("requests").And.Not.Contain("after_rss_mb").And.Contain("remark"));
        Assert.That(json["ratios"]![0]!["cpu_s"]!.GetValue<double>(), Is.EqualTo(0.5));
        Assert.That((json["mode"]!.ToString(), json["n"]!.GetValue<int>()), Is.EqualTo(("attach", 4)));
    }

    private static ProcessFigures Process(double resident, int cpu) => new(resident, 50, resident / 2, 7, TimeSpan.FromSeconds(cpu));
}

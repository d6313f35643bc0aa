using System.Text.Json.Nodes;
using Sidecars.EmbeddedCluster;
using Sidecars.Tests.Support;

namespace Sidecars.Bench.Tests.Run;

/// <summary>Each mode with the published programs, and what is a fact of the result; speeds are the machine's.</summary>
[NonParallelizable]
internal sealed class BenchRunTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(2);

    private static readonly string[] s_resources =
    [
        "namespaces", "nodes", "pods", "events", "leases.coordination.k8s.io", "serviceaccounts", "persistentvolumeclaims", "persistentvolumes", "storageclasses.storage.k8s.io",
        "csinodes.storage.k8s.io", "volumeattachments.storage.k8s.io", "customresourcedefinitions.apiextensions.k8s.io", "volumesnapshotclasses.snapshot.storage.k8s.io",
        "volumesnapshotcontents.snapshot.storage.k8s.io",
    ];

    [TestCase("provision 20", "csi-provisioner", "CreateVolume", 20)]
    [TestCase("delete 20", "csi-provisioner", "DeleteVolume", 20)]
    [TestCase("attach 20", "csi-attacher", "ControllerPublishVolume", 20)]
    [TestCase("attach 20 --live", "csi-attacher", "ControllerPublishVolume", 20)]
    [TestCase("detach 20", "csi-attacher", "ControllerUnpublishVolume", 20)]
    [TestCase("snapshot 20", "csi-snapshotter", "CreateSnapshot", 20)]
    [TestCase("expand 20 --claims 30 --pods 10", "csi-resizer", "ControllerExpandVolume", 20)]
    public async Task All_is_done_by_one_call_each_and_nothing_is_refused(string mode, string program, string method, int count)
    {
        var (code, run) = await RunOne($"{mode} --quiet 0s --json -- {PublishedProgram.PathOf(program)}");

        Assert.That(code, Is.Zero, run.ToJsonString());
        Assert.That(run["done"]!.GetValue<int>(), Is.EqualTo(count));
        Assert.That(run["calls"]![method]!.GetValue<int>(), Is.EqualTo(count));
        Assert.That(run["refusals"]!.ToJsonString(), Is.EqualTo("{}"));
        Assert.That((run["refused_4xx"]!.GetValue<int>(), run["failed_5xx"]!.GetValue<int>()), Is.EqualTo((0, 0)));
        Assert.That(run["requests_each"]!.GetValue<double>(), Is.GreaterThanOrEqualTo(1));
        Assert.That(run["p99_s"]!.GetValue<double>(), Is.GreaterThanOrEqualTo(run["p50_s"]!.GetValue<double>()));
        Assert.That(run["peak_rss_mb"]!.GetValue<double>(), Is.GreaterThan(5));
    }

    [Test]
    public async Task An_idle_program_writes_nothing_and_two_are_compared()
    {
        var (code, json) = await Run($"idle 20 --quiet 1s --json -- {PublishedProgram.PathOf("csi-provisioner")} -- {PublishedProgram.PathOf("snapshot-controller")}");

        Assert.That(code, Is.Zero);
        Assert.That(json["runs"]!.AsArray().Select(run => run!["program"]!.ToString()), Is.EqualTo(new[] { "csi-provisioner", "snapshot-controller" }));
        foreach (var run in json["runs"]!.AsArray())
        {
            Assert.That(run!["idle_rss_mb"]!.GetValue<double>(), Is.GreaterThan(5));
            Assert.That(run["requests"]!.AsObject().Select(request => request.Key), Has.None.Matches("^(patch|update|delete)"));
        }
        Assert.That(json["ratios"]![0]!["idle_rss_mb"]!.GetValue<double>(), Is.GreaterThan(0));
    }

    [Test]
    public async Task A_program_that_dies_leaves_the_figures_there_are_and_what_it_said()
    {
        var (code, run) = await RunOne($"provision 20 --quiet 0s --json -- {PublishedProgram.PathOf("csi-provisioner")} --no-such-flag");

        Assert.That(code, Is.EqualTo(1));
        Assert.That(run["done"]!.GetValue<int>(), Is.Zero);
        Assert.That(run["remark"]!.ToString(), Does.StartWith("it ended by itself with ").And.Contain("no-such-flag"));
    }

    [Test]
    public async Task A_program_that_is_missing_is_told_before_anything_is_made()
    {
        await using var errors = new StringWriter();

        var code = await BenchTo(TextWriter.Null, errors, "idle 20 -- /does/not/exist/csi-attacher");

        Assert.That(code, Is.EqualTo(1));
        Assert.That(errors.ToString(), Does.Contain("there is no program /does/not/exist/csi-attacher").And.Not.Contain("making"));
    }

    [Test]
    public async Task A_cluster_that_goes_away_leaves_a_reason()
    {
        using var directory = new TemporaryDirectory();
        await using var cluster = await ClusterServer.StartAsync();
        await cluster.WriteKubeconfig(directory.File("own"));
        await cluster.DisposeAsync();
        await using var errors = new StringWriter();

        var code = await BenchTo(TextWriter.Null, errors, $"attach 20 --kubeconfig {directory.File("own")} -- {PublishedProgram.PathOf("csi-attacher")}");

        Assert.That(code, Is.EqualTo(1));
        Assert.That(errors.ToString(), Does.Contain($"did not reach the cluster at {cluster.Url}"));
    }

    [Test]
    public async Task Work_that_nobody_does_ends_with_the_limit()
    {
        await using var output = new StringWriter();

        await using var errors = new StringWriter();
        var code = await BenchTo(output, errors, $"attach 20 --limit 1s --quiet 0s -- {PublishedProgram.PathOf("csi-resizer")}");

        Assert.That(code, Is.EqualTo(1));
        Assert.That(output.ToString(), Does.Contain("csi-resizer: 0 of 20\n").And.Contain("not all was done within the limit of 1 s"));
    }

    [Test]
    public async Task A_cluster_that_was_lent_is_left_as_it_was()
    {
        using var directory = new TemporaryDirectory();
        await using var cluster = await ClusterServer.StartAsync(new ClusterOptions { UseTls = true, Users = [new ClusterUser("bench", "b"), new ClusterUser("sidecar", "s")], AuditLogPath = directory.File("audit") });
        await cluster.WriteKubeconfig(directory.File("own"), "bench");
        await cluster.WriteKubeconfig(directory.File("theirs"), "sidecar");
        var before = Everything(cluster);

        var snapshotter = PublishedProgram.PathOf("csi-snapshotter");

        var (code, json) = await Run(
            $"snapshot 20 --pods 3 --claims 5 --quiet 0s --json --kubeconfig {directory.File("own")} --sidecar-kubeconfig {directory.File("theirs")} --audit-log {directory.File("audit")} -- {snapshotter} -- {snapshotter}");

        Assert.That(code, Is.Zero, json.ToJsonString());
        Assert.That(json["runs"]!.AsArray().Select(run => run!["requests"]!["patch volumesnapshotcontents/status"]!.GetValue<int>()), Is.EqualTo(new[] { 20, 20 }));
        Assert.That(Everything(cluster), Is.EqualTo(before));
    }

    [Test]
    public async Task Volumes_and_events_of_a_provisioner_are_removed_too_and_requests_are_not_counted_without_a_log()
    {
        using var directory = new TemporaryDirectory();
        await using var cluster = await ClusterServer.StartAsync();
        await cluster.WriteKubeconfig(directory.File("own"));
        var before = Everything(cluster);

        var (code, run) = await RunOne($"provision 20 --quiet 0s --json --kubeconfig {directory.File("own")} -- {PublishedProgram.PathOf("csi-provisioner")}");

        Assert.That(code, Is.Zero, run.ToJsonString());
        Assert.That(run["done"]!.GetValue<int>(), Is.EqualTo(20));
        Assert.That(run.AsObject().ContainsKey("requests"), Is.False);
        Assert.That(run["remark"]!.ToString(), Does.StartWith("no requests are counted"));
        Assert.That(Everything(cluster), Is.EqualTo(before));
    }

    [Test]
    public async Task A_cluster_that_others_use_is_not_touched_unless_that_is_meant()
    {
        using var directory = new TemporaryDirectory();
        await using var cluster = await ClusterServer.StartAsync();
        await cluster.WriteKubeconfig(directory.File("own"));
        _ = cluster.Storage.Create("nodes", JsonNode.Parse("""{"metadata":{"name":"worker"} }""")!.AsObject()).Value;
        var before = Everything(cluster);
        var line = $"attach 20 --quiet 0s --json --kubeconfig {directory.File("own")}";
        await using var errors = new StringWriter();

        var code = await BenchTo(TextWriter.Null, errors, $"{line} -- {PublishedProgram.PathOf("csi-attacher")}");

        Assert.That(code, Is.EqualTo(1));
        Assert.That(errors.ToString(), Does.Contain("The cluster has nodes that are not of this bench, such as worker.").And.Contain("--yes-this-cluster"));
        Assert.That(Everything(cluster), Is.EqualTo(before));

        (code, var run) = await RunOne($"{line} --yes-this-cluster -- {PublishedProgram.PathOf("csi-attacher")}");

        Assert.That(code, Is.Zero, run.ToJsonString());
        Assert.That(Everything(cluster), Is.EqualTo(before));
    }

    [Test]
    public async Task What_was_made_is_removed_when_the_user_wants_an_end()
    {
        using var directory = new TemporaryDirectory();
        await using var cluster = await ClusterServer.StartAsync();
        await cluster.WriteKubeconfig(directory.File("own"));
        var before = Everything(cluster);
        using var stop = new CancellationTokenSource();
        await using var errors = new StoppingWriter("measuring", stop);

        // Nobody attaches, so that it can only end because it is stopped.
        var code = await BenchTo(TextWriter.Null, errors, $"attach 20 --limit 10m --kubeconfig {directory.File("own")} -- {PublishedProgram.PathOf("csi-resizer")}", stop.Token);

        Assert.That(code, Is.EqualTo(1));
        Assert.That(errors.ToString(), Does.Contain("stopped; what was made is removed"));
        Assert.That(Everything(cluster), Is.EqualTo(before));
    }

    private static async Task<(int Code, JsonNode Run)> RunOne(string line)
    {
        var (code, json) = await Run(line);
        return (code, json["runs"]![0]!);
    }

    private static async Task<(int Code, JsonNode Json)> Run(string line)
    {
        await using var output = new StringWriter();
        await using var errors = new StringWriter();
        var code = await BenchTo(output, errors, line);
        Assert.That(output.ToString(), Is.Not.Empty, errors.ToString());
        return (code, JsonNode.Parse(output.ToString())!);
    }

    private static async Task<int> BenchTo(TextWriter output, StringWriter errors, string line, CancellationToken stop = default)
    {
        var (options, error) = BenchFlags.Parse(line.Split(' '));
        Assert.That(error, Is.Empty);
        var code = await new BenchRun(options!, output, errors, TimeProvider.System).Run(stop).WithinLimit(s_limit);
        if (code != 0) Directory.Delete(errors.ToString().Split("the logs are in ")[1].Trim(), recursive: true);
        return code;
    }

    private static List<string> Everything(ClusterServer cluster) =>
        [.. s_resources.SelectMany(resource => cluster.Storage.List(resource).Items.Select(item => $"{resource} {item.Namespace}/{item.Name}")).Order(StringComparer.Ordinal)];
}

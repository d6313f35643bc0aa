using System.Text.Json.Nodes;
using Sidecars.EmbeddedCluster;
using Sidecars.Tests.Support;

namespace Sidecars.Vectors.Tests;

/// <summary>The steps of a scenario do to a cluster what they say; no program of ours takes part.</summary>
public sealed class ReplayTests
{
    private TemporaryDirectory _directory = null!;
    private ClusterServer _cluster = null!;

    [SetUp]
    public async Task StartCluster()
    {
        _directory = new TemporaryDirectory();
        _cluster = await ClusterServer.StartAsync(new ClusterOptions()).WithinLimit();
    }

    [TearDown]
    public async Task StopCluster()
    {
        await _cluster.DisposeAsync();
        _directory.Dispose();
    }

    [Test]
    public async Task Objects_are_created_changed_waited_for_and_deleted()
    {
        var recording = await Run("""
            [
              {"apply": [
                {"apiVersion":"v1","kind":"PersistentVolumeClaim","metadata":{"name":"a","namespace":"default"},
                 "spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}},"storageClassName":"fast"}},
                {"apiVersion":"v1","kind":"PersistentVolume","metadata":{"name":"pv1"},
                 "spec":{"accessModes":["ReadWriteOnce"],"capacity":{"storage":"1Gi"},"persistentVolumeReclaimPolicy":"Delete","storageClassName":"fast",
                         "csi":{"driver":"csi.example.com","volumeHandle":"v"},"claimRef":{"namespace":"default","name":"a","uid":"@a"}},
                 "status":{"phase":"Bound"}}
              ]},
              {"wait": {"kind":"PersistentVolume","name":"pv1","path":"status/phase","equals":"Bound"}},
              {"patch": {"kind":"PersistentVolume","name":"pv1","subresource":"status","patch":{"status":{"phase":"Released"}}}},
              {"wait": {"kind":"PersistentVolume","name":"pv1","path":"status/phase","equals":"Released"}},
              {"delete": {"kind":"PersistentVolumeClaim","name":"a"}},
              {"wait": {"kind":"PersistentVolumeClaim","name":"a","absent":true}},
              {"settle": 0.1}
            ]
            """);

        var objects = recording["objects"]!.AsObject();
        Assert.That(objects.Select(o => o.Key), Is.EqualTo(new[] { "PersistentVolume/pv1" }));
        var volume = objects["PersistentVolume/pv1"]!;
        Assert.That((string?)volume["status"]!["phase"], Is.EqualTo("Released"));
        Assert.That((string?)volume["spec"]!["claimRef"]!["uid"], Is.EqualTo("<uid:PersistentVolumeClaim/default/a>"));
        Assert.That(recording.ContainsKey("unmet"), Is.False);
        Assert.That(recording["calls"]!.AsArray(), Is.Empty);
    }

    [Test]
    public async Task A_wait_in_vain_is_recorded()
    {
        var recording = await Run("""[{"wait": {"kind":"PersistentVolume","name":"pv1","timeout":0.05}}]""");
        Assert.That(recording["unmet"]!.AsArray(), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_step_that_nobody_knows_is_an_error()
    {
        var failure = (await Assert.ThrowsAsync<FormatException>(() => Run("""[{"dance": true}]""")))!;
        Assert.That(failure.Message, Does.Contain("\"dance\""));
    }

    [Test]
    public async Task A_refusal_of_the_server_says_what_was_asked()
    {
        var failure = (await Assert.ThrowsAsync<HttpRequestException>(() => Run("""[{"delete": {"kind":"PersistentVolume","name":"pv1"}}]""")))!;
        Assert.That(failure.Message, Does.StartWith("DELETE /api/v1/persistentvolumes/pv1: 404"));
    }

    private async Task<JsonObject> Run(string steps)
    {
        var vector = Vector.Parse($$"""{"name":"test","about":"","sidecar":"external-provisioner","args":[],"driver":{},"steps":{{steps}}}""");
        await using var replay = await Replay.Prepare(
            vector, new PlainApi(_cluster.Url), _ => _directory.File("kubeconfig"), _directory, TimeProvider.System, CancellationToken.None).WithinLimit();
        return await replay.Run(CancellationToken.None).WithinLimit();
    }
}

using Sidecars.EmbeddedCluster;
using Sidecars.Tests.Support;

namespace Sidecars.Vectors.Tests;

/// <summary>Our published programs do what the originals were recorded to do, scenario by scenario.</summary>
[Parallelizable(ParallelScope.Children)]
public sealed class RecordedBehaviourTests
{
    /// <summary>Steps of a scenario wait up to half a minute each; a scenario has a handful.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    private const int LinesOfLog = 60;

    /// <summary>The program has a token, as in a pod; the steps of a scenario are done by nobody in particular.</summary>
    private static readonly ClusterUser Program = new("sidecar", "token-of-the-sidecar", "system:masters");

    private static IEnumerable<string> Scenarios => Vector.Names;

    [TestCaseSource(nameof(Scenarios))]
    public async Task Our_program_does_what_the_original_did(string scenario)
    {
        var vector = Vector.Load(scenario);
        using var limit = new CancellationTokenSource(Limit, TimeProvider.System);
        using var directory = new TemporaryDirectory();
        await using var cluster = await ClusterServer.StartAsync(new ClusterOptions { Users = [Program] }).WithinLimit();
        foreach (var definition in SnapshotKinds.Definitions.Concat(SnapshotKinds.GroupDefinitions)) _ = cluster.Storage.Create("customresourcedefinitions", definition).Value;
        var kubeconfig = directory.File("kubeconfig");
        await cluster.WriteKubeconfig(kubeconfig, Program.Name).WithinLimit();

        await using var replay = await Replay.Prepare(vector, cluster.Url, kubeconfig, directory, TimeProvider.System, limit.Token).WithinLimit();
        var recording = await replay.Run(limit.Token).WithinLimit(Limit);

        var differences = DeliberateDifferences.Judge(scenario, Agreement.Differences(vector.Expect, recording));
        Assert.That(differences, Is.Empty, () =>
            $"{vector.Name} ({vector.About}) differs:\n  {string.Join("\n  ", differences)}\nlast lines of the log:\n  "
            + string.Join("\n  ", replay.ErrorLines.TakeLast(LinesOfLog)));
    }
}

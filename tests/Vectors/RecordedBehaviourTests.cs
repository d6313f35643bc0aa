using Sidecars.EmbeddedCluster;
using Sidecars.Tests.Support;

namespace Sidecars.Vectors.Tests;

/// <summary>
/// Our published programs do what the originals were recorded to do, scenario by scenario, each as its own service account with the roles that the
/// charts grant it: nothing is refused to any of them.
/// </summary>
[Parallelizable(ParallelScope.Children)]
public sealed class RecordedBehaviourTests
{
    /// <summary>Steps of a scenario wait up to half a minute each; a scenario has a handful.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    private const int LinesOfLog = 60;

    /// <summary>Whoever does the steps of a scenario.</summary>
    private static readonly ClusterUser s_administrator = new("administrator", "token-of-the-administrator", "system:masters");

    private static IEnumerable<string> Scenarios => Vector.Names;

    [TestCaseSource(nameof(Scenarios))]
    public async Task Our_program_does_what_the_original_did(string scenario)
    {
        var vector = Vector.Load(scenario);
        using var limit = new CancellationTokenSource(Limit, TimeProvider.System);
        using var directory = new TemporaryDirectory();
        await using var cluster = await ClusterServer.StartAsync(new ClusterOptions { UseRbac = true, Users = [s_administrator, .. ChartAccounts.Users] }).WithinLimit();
        foreach (var definition in SnapshotKinds.Definitions.Concat(SnapshotKinds.GroupDefinitions)) _ = cluster.Storage.Create("customresourcedefinitions", definition).Value;
        foreach (var sidecar in vector.Sidecars)
        {
            await ChartAccounts.Grant(cluster, sidecar, directory).WithinLimit();
            await cluster.WriteKubeconfig(directory.File(sidecar), ChartAccounts.UserOf(sidecar)).WithinLimit();
        }

        await using var replay = await Replay.Prepare(
            vector, new PlainApi(cluster.Url, s_administrator.Token), directory.File, directory, TimeProvider.System, limit.Token).WithinLimit();
        var recording = await replay.Run(limit.Token).WithinLimit(Limit);

        Assert.That(RightsInUse.Note(scenario, vector.Sidecars, cluster), Is.Empty, "refused to a program");
        var differences = DeliberateDifferences.Judge(scenario, Agreement.Differences(vector.Expect, recording));
        Assert.That(differences, Is.Empty, () =>
            $"{vector.Name} ({vector.About}) differs:\n  {string.Join("\n  ", differences)}\nlast lines of the log:\n  "
            + string.Join("\n  ", replay.ErrorLines.TakeLast(LinesOfLog)));
    }
}

namespace Sidecars.Vectors.Tests;

/// <summary>
/// Where our programs deliberately do not do what was recorded, scenario by scenario: differences as <see cref="Agreement"/> tells them. Each is a row of
/// docs/differences.md; what is not listed here is a failure, and what is listed and does not differ is one too.
/// </summary>
internal static class DeliberateDifferences
{
    private static readonly Dictionary<string, string[]> s_byScenario = new()
    {
        // A snapshot that cannot be taken does not hold its claim.
        ["snapshot-claim-unbound"] =
        [
            "/PersistentVolumeClaim/default/a/metadata/finalizers: missing, was [\"snapshot.storage.kubernetes.io/pvc-as-source-protection\"]",
            "event missing: Warning SnapshotContentCreationFailed on VolumeSnapshot/", // told of a snapshot whose name it had lost; nobody finds such an event
        ],
        ["snapshot-content-missing"] = ["event missing: Warning SnapshotContentMissing on VolumeSnapshot/"], // likewise; that of the snapshot itself is there
        // Once a snapshot is taken, its class is not asked for.
        ["snapshot-class-gone-delete"] = ["event missing: Warning GetSnapshotClassFailed on VolumeSnapshot/s1"],
    };

    /// <summary>The differences that are no failure taken out, and those added that were to be there and are not.</summary>
    internal static IReadOnlyList<string> Judge(string scenario, IReadOnlyList<string> differences)
    {
        var expected = s_byScenario.GetValueOrDefault(scenario) ?? [];
        return
        [
            .. differences.Where(d => !expected.Contains(d)),
            .. expected.Where(e => !differences.Contains(e)).Select(e => $"does not differ any more: {e}"),
        ];
    }
}

namespace Sidecars.Bench;

/// <summary>The kinds of work by their names on the command line.</summary>
internal static class Works
{
    /// <summary>The work of a mode; null for idle, which has none.</summary>
    public static IWork? Of(string mode, int count) => mode switch
    {
        "provision" => new ProvisionWork(),
        "delete" => new DeleteWork(count),
        "attach" => new AttachWork(count),
        "detach" => new DetachWork(count),
        "snapshot" => new SnapshotWork(),
        "expand" => new ExpandWork(),
        _ => null,
    };
}

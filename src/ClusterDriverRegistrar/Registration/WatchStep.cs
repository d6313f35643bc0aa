namespace Sidecars.ClusterDriverRegistrar.Registration;

/// <summary>What a watch brought.</summary>
/// <param name="IsEnd">Nothing more will come.</param>
/// <param name="Version">Version of the object after the change; 0 is unknown.</param>
/// <param name="Problem">What went wrong, where it was not simply closed.</param>
internal readonly record struct WatchStep(bool IsEnd, ulong Version, string? Problem)
{
    public static WatchStep To(ulong version) => new(false, version, null);

    public static WatchStep End(string? problem) => new(true, 0, problem);
}

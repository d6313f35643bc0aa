namespace Sidecars.EmbeddedCluster.Controllers;

/// <summary>Why a volume is not where it should be: something has to happen first, or a step failed and is tried again.</summary>
internal sealed record MountFailure(string Reason, bool IsWaiting)
{
    public static MountFailure Waiting(string reason) => new(reason, IsWaiting: true);

    public static MountFailure Failed(string reason) => new(reason, IsWaiting: false);
}

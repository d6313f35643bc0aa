using Sidecars.Kubernetes.Leading;

namespace Sidecars.ExternalResizer;

/// <summary>Names that other programs of a cluster know; they must match to the letter (resizer contract 3.1 and 5).</summary>
internal static class WellKnown
{
    public const string Storage = "storage";
    public const string Bound = "Bound";
    public const string Block = "Block";
    public const string True = "True";

    /// <summary>Value of annotations that are there or not.</summary>
    public const string Yes = "true";

    /// <summary>On a claim: who is to resize a volume of a built-in plugin.</summary>
    public const string ResizerAnnotation = "volume.kubernetes.io/storage-resizer";

    /// <summary>On a claim: its node has nothing to do for the size it has.</summary>
    public const string NodeExpansionNotRequired = "volume.kubernetes.io/node-expansion-not-required";

    /// <summary>On a volume: the size before it grew, until the node has grown the file system too.</summary>
    public const string PreResizeCapacity = "volume.alpha.kubernetes.io/pre-resize-capacity";

    public const string ModifySecretName = "volume.kubernetes.io/controller-modify-secret-name";
    public const string ModifySecretNamespace = "volume.kubernetes.io/controller-modify-secret-namespace";

    public const string Resizing = "Resizing";
    public const string FileSystemResizePending = "FileSystemResizePending";
    public const string ControllerResizeError = "ControllerResizeError";
    public const string NodeResizeError = "NodeResizeError";
    public const string ModifyingVolume = "ModifyingVolume";
    public const string ModifyVolumeError = "ModifyVolumeError";

    /// <summary>The conditions that are about the size.</summary>
    public static IReadOnlyList<string> ResizeConditions { get; } = [Resizing, FileSystemResizePending, ControllerResizeError, NodeResizeError];

    /// <summary>The conditions that are about the attributes.</summary>
    public static IReadOnlyList<string> ModifyConditions { get; } = [ModifyingVolume, ModifyVolumeError];

    public static string LeaseOf(string driver) => $"external-resizer-{LeaderElectionOptions.Sanitise(driver)}";

    /// <summary>Both queues have this name in the metrics, as they always did.</summary>
    public static string QueueOf(string driver) => $"{driver}-pvc";
}

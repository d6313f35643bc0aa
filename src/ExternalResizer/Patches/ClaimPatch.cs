using System.Globalization;
using System.Text.Json;
using Sidecars.Kubernetes.Json;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalResizer.Patches;

/// <summary>
/// The bodies of the patches of a claim's status while its size changes (resizer contract 6.6 to 6.10 and 9). Each names the claim's uid, so that none
/// lands on a successor of the same name, and the version it was made from where it is made from what stands there.
/// </summary>
/// <param name="recovers">Whether the states of recovery are written; without them there are conditions alone.</param>
internal sealed class ClaimPatch(bool recovers)
{
    /// <summary>The message users know.</summary>
    public const string FileSystemMessage = "Waiting for user to (re-)start a pod to finish file system resize of volume on node.";

    private static readonly WantedCondition s_resizing = new(WellKnown.Resizing);
    private static readonly WantedCondition s_pending = new(WellKnown.FileSystemResizePending, FileSystemMessage);

    public static WantedCondition Failed(string error) => new(WellKnown.ControllerResizeError, $"failed to expand pvc with {error}");

    /// <summary>Whether the claim is marked already, so that another mark would change nothing but a time.</summary>
    public bool IsMarked(PersistentVolumeClaim claim) =>
        ClaimConditions.Has(claim, s_resizing) && (!recovers || claim.Annotation(WellKnown.NodeExpansionNotRequired) is null);

    /// <summary>The claim is on its way to a size: a new one, where <paramref name="size"/> is given.</summary>
    public ReadOnlyMemory<byte> Mark(PersistentVolumeClaim claim, string? size, DateTimeOffset now) => Write(claim, true, recovers ? Annotation.Remove : Annotation.Keep, json =>
    {
        var isNew = size is not null || !recovers;
        ClaimConditions.Write(json, claim, [s_resizing], isNew ? Others(claim, WellKnown.Resizing) : [], now, isProbed: false);
        if (!recovers || size is null) return;
        WriteStorage(json, "allocatedResourceStatuses", nameof(Expansion.ResizeState.ControllerResizeInProgress));
        WriteStorage(json, "allocatedResources", size);
    });

    /// <summary>The controller's part is done, a node has to do the rest.</summary>
    public ReadOnlyMemory<byte> HandOn(PersistentVolumeClaim claim, DateTimeOffset now) => Write(claim, true, recovers ? Annotation.Remove : Annotation.Keep, json =>
    {
        ClaimConditions.Write(json, claim, [s_pending], recovers ? [] : Others(claim, WellKnown.FileSystemResizePending), now, isProbed: false);
        if (recovers) WriteStorage(json, "allocatedResourceStatuses", nameof(Expansion.ResizeState.NodeResizePending));
    });

    /// <summary>All is done. Whatever a node was said to have to do is taken back with it.</summary>
    public ReadOnlyMemory<byte> Finish(PersistentVolumeClaim claim, string size, DateTimeOffset now) => Write(claim, true, recovers ? Annotation.Set : Annotation.Keep, json =>
    {
        WriteStorage(json, "capacity", size);
        if (recovers && claim.Status?.AllocatedResourceStatuses is { Count: > 0 }) WriteStorage(json, "allocatedResourceStatuses", null);
        ClaimConditions.Write(json, claim, [], ClaimConditions.Present(claim, WellKnown.ResizeConditions), now, isProbed: false);
    });

    /// <summary>The driver has refused, for good where <paramref name="isInfeasible"/>.</summary>
    public static ReadOnlyMemory<byte> Refused(PersistentVolumeClaim claim, WantedCondition error, bool isInfeasible, DateTimeOffset now) => Write(claim, false, Annotation.Keep, json =>
    {
        ClaimConditions.Write(json, claim, [error], [], now, isProbed: false);
        if (isInfeasible) WriteStorage(json, "allocatedResourceStatuses", nameof(Expansion.ResizeState.ControllerResizeInfeasible));
    });

    private enum Annotation
    {
        Keep,
        Remove,
        Set,
    }

    private static IEnumerable<string> Others(PersistentVolumeClaim claim, string than) => ClaimConditions.Present(claim, WellKnown.ResizeConditions.Where(type => type != than));

    private static ReadOnlyMemory<byte> Write(PersistentVolumeClaim claim, bool isConditional, Annotation annotation, Action<Utf8JsonWriter> status) => JsonBody.Object(json =>
    {
        json.WriteStartObject("metadata");
        var known = claim.Annotation(WellKnown.NodeExpansionNotRequired);
        if ((annotation is Annotation.Remove && known is not null) || (annotation is Annotation.Set && known is not WellKnown.Yes))
        {
            json.WriteStartObject("annotations");
            json.WriteString(WellKnown.NodeExpansionNotRequired, annotation is Annotation.Set ? WellKnown.Yes : null);
            json.WriteEndObject();
        }
        WriteIdentity(json, claim, isConditional);
        json.WriteEndObject();
        json.WriteStartObject("status");
        status(json);
        json.WriteEndObject();
    });

    internal static void WriteIdentity(Utf8JsonWriter json, KubeObject item, bool isConditional)
    {
        if (isConditional) json.WriteString("resourceVersion", item.Metadata.ResourceVersion.ToString(CultureInfo.InvariantCulture));
        if (item.Uid.Length > 0) json.WriteString("uid", item.Uid);
    }

    private static void WriteStorage(Utf8JsonWriter json, string field, string? value)
    {
        json.WriteStartObject(field);
        json.WriteString(WellKnown.Storage, value);
        json.WriteEndObject();
    }
}

using Sidecars.Kubernetes.Json;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalResizer.Patches;

/// <summary>The bodies of the patches of a volume. Each names its uid, so that none lands on a successor of the same name; null where nothing would change.</summary>
internal static class VolumePatch
{
    /// <summary>
    /// The volume has a size now. <paramref name="before"/> is what its claim had, to be noted until a node has followed, where nothing is noted yet;
    /// where no node has to, <paramref name="takesNoteOff"/> takes a note of earlier off.
    /// </summary>
    public static ReadOnlyMemory<byte>? Grown(PersistentVolume volume, string size, string? before, bool takesNoteOff)
    {
        var isNoted = volume.Annotation(WellKnown.PreResizeCapacity) is not null;
        var changesNote = isNoted ? takesNoteOff : before is not null;
        if (!changesNote && volume.Spec.Capacity?[WellKnown.Storage] == size) return null;
        return JsonBody.Object(json =>
        {
            json.WriteStartObject("metadata");
            if (changesNote)
            {
                json.WriteStartObject("annotations");
                json.WriteString(WellKnown.PreResizeCapacity, isNoted ? null : before);
                json.WriteEndObject();
            }
            ClaimPatch.WriteIdentity(json, volume, isConditional: false);
            json.WriteEndObject();
            json.WriteStartObject("spec");
            json.WriteStartObject("capacity");
            json.WriteString(WellKnown.Storage, size);
            json.WriteEndObject();
            json.WriteEndObject();
        });
    }

    /// <summary>The node has caught up.</summary>
    public static ReadOnlyMemory<byte> Settled(PersistentVolume volume) => JsonBody.Object(json =>
    {
        json.WriteStartObject("metadata");
        json.WriteStartObject("annotations");
        json.WriteNull(WellKnown.PreResizeCapacity);
        json.WriteEndObject();
        ClaimPatch.WriteIdentity(json, volume, isConditional: false);
        json.WriteEndObject();
    });

    /// <summary>The volume has the attributes of a class now.</summary>
    public static ReadOnlyMemory<byte>? Modified(PersistentVolume volume, string className)
    {
        // Not as a conditional expression: there a null would become an empty body.
        if (volume.Spec.VolumeAttributesClassName == className) return null;
        return JsonBody.Object(json =>
        {
            json.WriteStartObject("metadata");
            ClaimPatch.WriteIdentity(json, volume, isConditional: false);
            json.WriteEndObject();
            json.WriteStartObject("spec");
            json.WriteString("volumeAttributesClassName", className);
            json.WriteEndObject();
        });
    }
}

using System.Text.Json;
using Sidecars.ExternalResizer.Patches;
using Sidecars.Kubernetes.Json;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalResizer.Modification;

/// <summary>The bodies of the patches of a claim's status while its class of attributes changes (resizer contract 11.3 to 11.5).</summary>
internal static class ModifyPatch
{
    public const string Pending = "Pending";
    public const string InProgress = "InProgress";
    public const string Infeasible = "Infeasible";

    public static WantedCondition[] Begun(string target) => [new(WellKnown.ModifyingVolume, $"Modifying volume to \"{target}\" is in progress.")];

    /// <summary>The driver has not done it; <paramref name="isOpen"/> where it may still be at it.</summary>
    public static WantedCondition[] Failed(string target, bool isOpen, string reason, string message) =>
    [
        new(WellKnown.ModifyingVolume, $"Modifying volume to \"{target}\" {(isOpen ? "is still in progress." : "failed. Waiting for retry.")}"),
        new(WellKnown.ModifyVolumeError, message, reason),
    ];

    /// <summary>The class cannot be had, so nothing is under way; target and conditions stay.</summary>
    public static ReadOnlyMemory<byte> Wait(PersistentVolumeClaim claim) => Write(claim, true, json => WriteStatus(json, null, Pending));

    /// <summary>The claim is on its way, in one state or another.</summary>
    public static ReadOnlyMemory<byte> Show(PersistentVolumeClaim claim, string target, string status, WantedCondition[] conditions, DateTimeOffset now) => Write(claim, true, json =>
    {
        ClaimConditions.Write(json, claim, conditions, [], now, isProbed: true);
        WriteStatus(json, target, status);
    });

    /// <summary>Whether all of that stands there, apart from times.</summary>
    public static bool IsShown(PersistentVolumeClaim claim, string target, string status, WantedCondition[] conditions) =>
        claim.Status?.ModifyVolumeStatus is { } known && known.Status == status && known.TargetVolumeAttributesClassName == target
        && Array.TrueForAll(conditions, wanted => ClaimConditions.Has(claim, wanted));

    public static ReadOnlyMemory<byte> Cancel(PersistentVolumeClaim claim, DateTimeOffset now) => Write(claim, false, json =>
        ClaimConditions.Write(json, claim, [], [WellKnown.ModifyingVolume], now, isProbed: true));

    public static ReadOnlyMemory<byte> Finish(PersistentVolumeClaim claim, string target, DateTimeOffset now) => Write(claim, false, json =>
    {
        ClaimConditions.Write(json, claim, [], WellKnown.ModifyConditions, now, isProbed: true);
        json.WriteString("currentVolumeAttributesClassName", target);
        json.WriteNull("modifyVolumeStatus");
    });

    private static void WriteStatus(Utf8JsonWriter json, string? target, string status)
    {
        json.WriteStartObject("modifyVolumeStatus");
        json.WriteString("status", status);
        if (target is not null) json.WriteString("targetVolumeAttributesClassName", target);
        json.WriteEndObject();
    }

    private static ReadOnlyMemory<byte> Write(PersistentVolumeClaim claim, bool isConditional, Action<Utf8JsonWriter> status) => JsonBody.Object(json =>
    {
        json.WriteStartObject("metadata");
        ClaimPatch.WriteIdentity(json, claim, isConditional);
        json.WriteEndObject();
        json.WriteStartObject("status");
        status(json);
        json.WriteEndObject();
    });
}

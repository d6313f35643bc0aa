using System.Text.Json;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalResizer.Patches;

/// <summary>A condition as it is to be.</summary>
/// <param name="Type">Which.</param>
/// <param name="Message">For people; null for none.</param>
/// <param name="Reason">For machines; null for none.</param>
internal sealed record WantedCondition(string Type, string? Message = null, string? Reason = null);

/// <summary>
/// Writes conditions of a claim into a strategic merge patch, which the server merges by their type: what is not named stays as it is. The
/// order is written too, because the server would else put what is new before what is there (resizer contract 5).
/// </summary>
internal static class ClaimConditions
{
    public static ClaimCondition? Find(PersistentVolumeClaim claim, string type) =>
        claim.Status?.Conditions is { } all ? Array.Find(all, c => c.Type == type) : null;

    /// <summary>Whether the claim has the condition as it is to be, apart from its times.</summary>
    public static bool Has(PersistentVolumeClaim claim, WantedCondition wanted) => Find(claim, wanted.Type) is { Status: WellKnown.True } known
        && (known.Message ?? "") == (wanted.Message ?? "") && (known.Reason ?? "") == (wanted.Reason ?? "");

    /// <summary>Those of the types that the claim has.</summary>
    public static IEnumerable<string> Present(PersistentVolumeClaim claim, IEnumerable<string> types) => types.Where(type => Find(claim, type) is not null);

    /// <summary>Writes the list, where there is anything in it.</summary>
    /// <param name="json">Where.</param>
    /// <param name="claim">The claim as it is known.</param>
    /// <param name="set">Conditions that are to be true.</param>
    /// <param name="remove">Types that are to go.</param>
    /// <param name="now">The time.</param>
    /// <param name="isProbed">Whether they say when they were looked at last, and keep their transition while reason and status are the same.</param>
    public static void Write(Utf8JsonWriter json, PersistentVolumeClaim claim, ReadOnlySpan<WantedCondition> set, IEnumerable<string> remove, DateTimeOffset now, bool isProbed)
    {
        List<string> gone = [.. remove];
        if (set.Length is 0 && gone.Count is 0) return;
        if (claim.Status?.Conditions is { Length: > 0 } present) WriteOrder(json, present, set, gone);
        json.WriteStartArray("conditions");
        foreach (var wanted in set) Write(json, wanted, Find(claim, wanted.Type), now, isProbed);
        foreach (var type in gone)
        {
            json.WriteStartObject();
            json.WriteString("$patch", "delete");
            json.WriteString("type", type);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void WriteOrder(Utf8JsonWriter json, ClaimCondition[] present, ReadOnlySpan<WantedCondition> set, List<string> gone)
    {
        List<string> order = [.. present.Select(c => c.Type ?? "").Where(type => !gone.Contains(type))];
        foreach (var wanted in set)
            if (!order.Contains(wanted.Type)) order.Add(wanted.Type);
        if (order.Count is 0) return;
        json.WriteStartArray("$setElementOrder/conditions");
        foreach (var type in order)
        {
            json.WriteStartObject();
            json.WriteString("type", type);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, WantedCondition wanted, ClaimCondition? known, DateTimeOffset now, bool isProbed)
    {
        json.WriteStartObject();
        json.WriteString("type", wanted.Type);
        json.WriteString("status", WellKnown.True);
        var isSame = isProbed && known is { Status: WellKnown.True, LastTransitionTime: not null } && (known.Reason ?? "") == (wanted.Reason ?? "");
        json.WriteString("lastTransitionTime", Text(isSame ? known!.LastTransitionTime!.Value : now));
        if (isProbed) json.WriteString("lastProbeTime", Text(now));
        WriteOrRemove(json, "reason", wanted.Reason, known?.Reason);
        WriteOrRemove(json, "message", wanted.Message, known?.Message);
        json.WriteEndObject();
    }

    private static void WriteOrRemove(Utf8JsonWriter json, string name, string? wanted, string? known)
    {
        if (!string.IsNullOrEmpty(wanted)) json.WriteString(name, wanted);
        else if (!string.IsNullOrEmpty(known)) json.WriteNull(name);
    }

    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);
}

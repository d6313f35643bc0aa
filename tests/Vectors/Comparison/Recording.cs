using System.Text.Json.Nodes;
using Sidecars.Csi;
using Sidecars.Tests.Support;

namespace Sidecars.Vectors.Tests;

/// <summary>Puts what a run left behind into the form in which the reference is written.</summary>
internal static class Recording
{
    /// <summary>Who the driver is and what it can do may be asked at any time and as often as one likes.</summary>
    private static readonly HashSet<string> Unrecorded =
        ["Probe", "GetPluginInfo", "GetPluginCapabilities", "ControllerGetCapabilities", "GroupControllerGetCapabilities"];

    internal static JsonObject Of(
        IEnumerable<DriverCall> calls, IReadOnlyDictionary<ObjectKey, JsonObject> objects, UidNames uids,
        IReadOnlyList<string> unmet, IReadOnlyDictionary<string, int?> exits)
    {
        var normaliser = new Normaliser(uids.All);
        var recording = new JsonObject
        {
            ["calls"] = new JsonArray([.. calls.Where(c => !Unrecorded.Contains(c.Method)).Select(c => Call(c, normaliser))]),
            ["objects"] = Objects(objects, normaliser),
            ["events"] = Events(objects.Where(o => o.Key.Kind == "Event").Select(o => o.Value), normaliser),
        };
        if (unmet.Count > 0) recording["unmet"] = new JsonArray([.. unmet]);
        if (exits.Values.Any(e => e is not null))
            recording["exited"] = new JsonObject(exits.Select(e => KeyValuePair.Create<string, JsonNode?>(e.Key, e.Value)));
        return recording;
    }

    private static JsonObject Call(DriverCall call, Normaliser normaliser) => new()
    {
        ["method"] = call.Method,
        ["request"] = normaliser.Normalise(call.Request),
        ["code"] = call.Code.GoName(),
    };

    private static JsonObject Objects(IReadOnlyDictionary<ObjectKey, JsonObject> objects, Normaliser normaliser)
    {
        var result = new JsonObject();
        var sorted = objects.Where(o => o.Key.Kind != "Event")
            .Select(o => (Key: o.Key with { Name = normaliser.Text(o.Key.Name) }, Value: normaliser.Normalise(o.Value)))
            .OrderBy(o => o.Key.Kind, StringComparer.Ordinal).ThenBy(o => o.Key.Namespace, StringComparer.Ordinal)
            .ThenBy(o => o.Key.Name, StringComparer.Ordinal).ThenBy(o => CanonicalJson.Of(o.Value), StringComparer.Ordinal);
        foreach (var (key, value) in sorted)
        {
            // Objects with generated names have one name after normalising; a mark tells them apart.
            var name = key.ToString();
            while (result.ContainsKey(name)) name += "'";
            result[name] = value;
        }

        return result;
    }

    private static JsonArray Events(IEnumerable<JsonObject> events, Normaliser normaliser) => new([.. events.Select(e => new JsonObject
    {
        ["on"] = $"{e["involvedObject"]!["kind"]}/{normaliser.Text((string?)e["involvedObject"]!["name"] ?? "")}",
        ["type"] = e["type"]?.DeepClone(),
        ["reason"] = e["reason"]?.DeepClone(),
        ["message"] = normaliser.Text((string?)e["message"] ?? ""),
    }).DistinctBy(CanonicalJson.Of).OrderBy(CanonicalJson.Of, StringComparer.Ordinal)]);
}

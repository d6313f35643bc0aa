using System.Text.Json.Nodes;

namespace Sidecars.Tests.Support;

/// <summary>
/// What a scripted driver answers when the script says nothing: an instant backend on which everything succeeds and ids tell what they belong to.
/// The recorded scenarios depend on these answers to the letter.
/// </summary>
internal sealed class DefaultAnswers(ScriptedDriverOptions options)
{
    private const string OneGibibyte = "1073741824";
    private const string TenGibibytes = "10737418240";
    private const string CutAt = "2026-01-01T00:00:00Z";

    private static readonly HashSet<string> Services = ["CONTROLLER_SERVICE", "VOLUME_ACCESSIBILITY_CONSTRAINTS", "GROUP_CONTROLLER_SERVICE"];

    internal JsonObject To(string method, JsonObject request) => method switch
    {
        "GetPluginInfo" => new JsonObject { ["name"] = options.Name, ["vendor_version"] = "1.0.0" },
        "GetPluginCapabilities" => Capabilities(options.PluginCapabilities, c => Services.Contains(c) ? "service" : "volume_expansion"),
        "Probe" => new JsonObject { ["ready"] = true },
        "ControllerGetCapabilities" => Capabilities(options.ControllerCapabilities, _ => "rpc"),
        "GroupControllerGetCapabilities" => Capabilities(options.GroupControllerCapabilities, _ => "rpc"),
        "CreateVolume" => new JsonObject { ["volume"] = Volume(request) },
        "CreateSnapshot" => new JsonObject { ["snapshot"] = Snapshot("snap-of-" + request["name"], (string?)request["source_volume_id"] ?? "") },
        "ControllerExpandVolume" => new JsonObject
        {
            ["capacity_bytes"] = request["capacity_range"]?["required_bytes"]?.DeepClone() ?? "0",
            ["node_expansion_required"] = false,
        },
        "GetCapacity" => new JsonObject { ["available_capacity"] = TenGibibytes },
        "CreateVolumeGroupSnapshot" => new JsonObject { ["group_snapshot"] = GroupSnapshot(request) },
        _ => [],
    };

    private JsonObject Volume(JsonObject request)
    {
        var volume = new JsonObject
        {
            ["volume_id"] = "vol-of-" + request["name"],
            ["capacity_bytes"] = request["capacity_range"]?["required_bytes"]?.DeepClone() ?? OneGibibyte,
        };
        if (request["volume_content_source"] is { } source) volume["content_source"] = source.DeepClone();
        if (options.PluginCapabilities.Contains("VOLUME_ACCESSIBILITY_CONSTRAINTS")
            && request["accessibility_requirements"]?["preferred"] is JsonArray { Count: > 0 } preferred)
        {
            volume["accessible_topology"] = new JsonArray(preferred[0]!.DeepClone());
        }

        return volume;
    }

    private static JsonObject Snapshot(string id, string source) => new()
    {
        ["snapshot_id"] = id,
        ["source_volume_id"] = source,
        ["size_bytes"] = OneGibibyte,
        ["creation_time"] = CutAt,
        ["ready_to_use"] = true,
    };

    private static JsonObject GroupSnapshot(JsonObject request)
    {
        var id = "group-of-" + request["name"];
        var members = new JsonArray();
        foreach (var volume in request["source_volume_ids"]!.AsArray().Select(v => (string)v!).Order(StringComparer.Ordinal))
        {
            var member = Snapshot("snap-of-" + volume, volume);
            member["group_snapshot_id"] = id;
            members.Add(member);
        }

        return new JsonObject { ["group_snapshot_id"] = id, ["creation_time"] = CutAt, ["ready_to_use"] = true, ["snapshots"] = members };
    }

    private static JsonObject Capabilities(IEnumerable<string> names, Func<string, string> branch) => new()
    {
        ["capabilities"] = new JsonArray([.. names.Select(n => new JsonObject { [branch(n)] = new JsonObject { ["type"] = n } })]),
    };
}

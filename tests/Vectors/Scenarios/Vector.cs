using System.Globalization;
using System.Text.Json.Nodes;
using Sidecars.Csi;
using Sidecars.Tests.Support;

namespace Sidecars.Vectors.Tests;

/// <summary>One recorded scenario: what was there, what was done, and what the original made of it.</summary>
internal sealed class Vector
{
    private readonly JsonObject _json;

    private Vector(JsonObject json) => _json = json;

    internal static string Folder => Path.Combine(AppContext.BaseDirectory, "Data");

    /// <summary>The names of all scenarios, in order.</summary>
    internal static IReadOnlyList<string> Names =>
        [.. Directory.GetFiles(Folder, "*.json").Select(f => Path.GetFileNameWithoutExtension(f)).Order(StringComparer.Ordinal)];

    internal string Name => (string)_json["name"]!;
    internal string About => (string)_json["about"]!;
    internal JsonObject Expect => _json["expect"]!.AsObject();

    /// <summary>The programs that run together.</summary>
    internal IReadOnlyList<string> Sidecars =>
        _json["sidecar"] is JsonArray several ? [.. several.Select(s => (string)s!)] : [(string)_json["sidecar"]!];

    internal IReadOnlyList<Step> Steps => [.. _json["steps"]!.AsArray().Select(s => Step.Of(s!.AsObject()))];

    internal static Vector Load(string name) => Parse(File.ReadAllText(Path.Combine(Folder, name + ".json")));
    internal static Vector Parse(string json) => new(JsonNode.Parse(json)!.AsObject());

    /// <summary>The scenario's own flags of one program: a list for all, or a list for each.</summary>
    internal IEnumerable<string> ArgumentsOf(string sidecar)
    {
        var list = _json["args"] is JsonObject each ? each[sidecar] as JsonArray : _json["args"] as JsonArray;
        return list?.Select(a => (string)a!) ?? [];
    }

    /// <summary>What stands in the environment of the programs: what the recording always had, and the scenario's own.</summary>
    internal Dictionary<string, string> Environment
    {
        get
        {
            var all = new Dictionary<string, string> { ["NAMESPACE"] = "default", ["POD_NAMESPACE"] = "default" };
            foreach (var (name, value) in _json["env"] as JsonObject ?? []) all[name] = (string)value!;
            return all;
        }
    }

    internal ScriptedDriverOptions Driver(string socketPath)
    {
        var driver = _json["driver"]!.AsObject();
        var defaults = new ScriptedDriverOptions { SocketPath = socketPath };
        return defaults with
        {
            Name = (string?)driver["name"] ?? defaults.Name,
            ControllerCapabilities = Strings(driver["caps"]) ?? defaults.ControllerCapabilities,
            PluginCapabilities = Strings(driver["plugin_caps"]) ?? defaults.PluginCapabilities,
            GroupControllerCapabilities = Strings(driver["group_caps"]) ?? defaults.GroupControllerCapabilities,
            Script = Script(driver["script"] as JsonObject ?? []),
        };
    }

    /// <summary>Rules by method; an empty rule is the default answer.</summary>
    internal static Dictionary<string, IReadOnlyList<DriverRule>> Script(JsonObject script) =>
        script.ToDictionary(m => m.Key, m => (IReadOnlyList<DriverRule>)[.. m.Value!.AsArray().Select(r => Rule(r as JsonObject ?? []))]);

    private static DriverRule Rule(JsonObject rule)
    {
        var name = (string?)rule["code"] ?? "OK";
        return new DriverRule
        {
            Code = StatusCodeNames.FromGoName(name) ?? throw new FormatException($"\"{name}\" is no status code"),
            Message = (string?)rule["message"],
            Delay = TimeSpan.FromSeconds(Number(rule["delay"]) ?? 0),
            Response = rule["response"]?.DeepClone(),
        };
    }

    internal static double? Number(JsonNode? node) => node is null ? null : double.Parse(node.ToJsonString(), CultureInfo.InvariantCulture);

    private static List<string>? Strings(JsonNode? node) => (node as JsonArray)?.Select(n => (string)n!).ToList();
}

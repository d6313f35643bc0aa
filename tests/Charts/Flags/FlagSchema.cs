using System.Text.Json;
using System.Text.Json.Nodes;

namespace Sidecars.Charts.Tests;

/// <summary>The flag lists of the charts' schemas, made from the programs' own tables.</summary>
internal static class FlagSchema
{
    private const string Duration = "^([+-]?0|[+-]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)(ns|us|µs|ms|s|m|h)(([0-9]+(\\.[0-9]*)?|\\.[0-9]+)(ns|us|µs|ms|s|m|h))*)$";

    private static readonly string[] s_controllers = ["provisioner", "attacher", "snapshotter", "resizer"];
    private static readonly string[] s_controllerFlags = ["kube-api-qps", "kube-api-burst", "timeout", "retry-interval-start", "retry-interval-max", "metrics-path"];
    private static readonly string[] s_loggingFlags = ["v", "vmodule", "logging-format", "log-flush-frequency", "log-json-info-buffer-size", "log-json-split-stream",
        "log-text-info-buffer-size", "log-text-split-stream"];

    /// <summary>JSON in one line, without an escape that a reader would stumble over.</summary>
    public static JsonSerializerOptions OneLine { get; } = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly JsonSerializerOptions s_layout = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The definitions of a chart's schema that are made here, by name.</summary>
    public static IReadOnlyDictionary<string, JsonObject> DefinitionsOf(string chart)
    {
        if (chart is "snapshot-controller")
            return new Dictionary<string, JsonObject> { ["snapshotControllerFlags"] = List("Flags of snapshot-controller by their own names.", FlagTable.Of("snapshotController")) };
        var lists = FlagTable.Programs.Where(program => program.Key is not "snapshotController")
            .ToDictionary(program => $"{program.Key}Flags", program => List($"Flags of {program.Value} by their own names.", FlagTable.Of(program.Key)));
        lists["commonFlags"] = List("Flags of the log, which every program has.", Common(s_loggingFlags, [.. FlagTable.Programs.Keys]));
        lists["controllerFlags"] = List("Flags of all sidecars of the controller.", Common(s_controllerFlags, s_controllers));
        return lists;
    }

    public static string PathOf(string chart) => Path.Combine(Repository.Chart(chart), "values.schema.json");

    /// <summary>A chart's schema with the lists in it that the programs tell of today.</summary>
    public static string Wanted(string chart)
    {
        var schema = JsonNode.Parse(File.ReadAllText(PathOf(chart)))!.AsObject();
        foreach (var (name, list) in DefinitionsOf(chart)) schema["definitions"]![name] = list;
        return schema.ToJsonString(s_layout) + "\n";
    }

    private static IReadOnlyList<ProgramFlag> Common(string[] names, string[] programs)
    {
        foreach (var program in programs)
            Assert.That(FlagTable.Of(program).Select(flag => flag.Name), Is.SupersetOf(names), $"{program} lacks a flag that the charts give to all");
        return [.. names.Order(StringComparer.Ordinal).Select(name => FlagTable.Of(programs[0]).Single(flag => flag.Name == name))];
    }

    private static JsonObject List(string description, IReadOnlyList<ProgramFlag> flags)
    {
        var properties = new JsonObject();
        foreach (var flag in flags.OrderBy(flag => flag.Name, StringComparer.Ordinal)) properties[flag.Name] = Property(flag);
        return new JsonObject { ["description"] = description, ["type"] = Types("object"), ["additionalProperties"] = false, ["properties"] = properties };
    }

    private static JsonObject Property(ProgramFlag flag)
    {
        var property = new JsonObject { ["description"] = flag.Usage };
        switch (flag)
        {
            case { Name: "feature-gates" }:
                property["type"] = Types("object");
                property["additionalProperties"] = new JsonObject { ["type"] = Types("boolean") };
                break;
            case { Name: "leader-election-labels" }:
                property["type"] = Types("object");
                property["additionalProperties"] = new JsonObject { ["type"] = Types("string") };
                break;
            case { Value: "" }:
                property["type"] = Types("boolean");
                break;
            case { Value: "int" } or { Name: "v" }:
                property["type"] = Types("integer");
                break;
            case { Value: "uint" }:
                property["type"] = Types("integer");
                property["minimum"] = 0;
                break;
            case { Value: "float" }:
                property["type"] = Types("number");
                break;
            case { Value: "duration" }:
                property["type"] = Types("string");
                property["pattern"] = Duration;
                break;
            default:
                property["type"] = Types("string", "number", "boolean", "array");
                property["items"] = new JsonObject { ["type"] = new JsonArray("string", "number") };
                break;
        }
        return property;
    }

    private static JsonArray Types(params ReadOnlySpan<string> types)
    {
        var all = new JsonArray();
        foreach (var type in types) all.Add((JsonNode)type);
        all.Add((JsonNode)"null");
        return all;
    }
}

using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Sidecars.Playground;

/// <summary>
/// A container of a rendered workload that runs a sidecar: which program, with which arguments and environment, and as which service account. Whose image
/// it names does not matter here, because the program of this repository is run for it.
/// </summary>
/// <param name="Program">The file of the program.</param>
/// <param name="Arguments">As rendered, with variables to expand.</param>
/// <param name="Namespace">Of the workload.</param>
/// <param name="Account">The service account of its pods.</param>
/// <param name="IsOnEveryNode">Whether it is a DaemonSet's.</param>
internal sealed partial record ChartContainer(string Program, IReadOnlyList<string> Arguments, string Namespace, string Account, bool IsOnEveryNode)
{
    private IReadOnlyList<JsonObject> Variables { get; init; } = [];

    /// <summary>The containers of a workload that run a program of <paramref name="programs"/>; none of anything else.</summary>
    public static IEnumerable<ChartContainer> Of(JsonObject manifest, string releaseNamespace, IReadOnlySet<string> programs)
    {
        if (manifest["spec"]?["template"]?["spec"] is not JsonObject pod) yield break;
        foreach (var container in Items(pod["initContainers"]).Concat(Items(pod["containers"])))
        {
            var program = container["command"] is JsonArray { Count: > 0 } command ? Path.GetFileName(command[0]!.ToString()) : ImageName(container["image"]?.ToString() ?? "");
            if (!programs.Contains(program)) continue;
            yield return new ChartContainer(
                program,
                [.. (container["args"] as JsonArray ?? []).Select(argument => argument!.ToString())],
                manifest["metadata"]!["namespace"]?.ToString() ?? releaseNamespace,
                pod["serviceAccountName"]?.ToString() ?? "default",
                manifest["kind"]!.ToString() == "DaemonSet")
            {
                Variables = [.. Items(container["env"])],
            };
        }
    }

    /// <summary>Whether a switch of the program is on.</summary>
    public bool Has(string flag) => Arguments.Any(argument => argument == flag || argument == $"{flag}=true");

    /// <summary>What its variables say on a node; those whose values lie in other objects are left out.</summary>
    public IReadOnlyDictionary<string, string> EnvironmentOn(string node, string pod)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var variable in Variables)
        {
            var value = variable["valueFrom"] is { } source ? Field(source["fieldRef"]?["fieldPath"]?.ToString(), node, pod) : Expand(variable["value"]?.ToString() ?? "", values);
            if (value is not null) values[variable["name"]!.ToString()] = value;
        }

        return values;
    }

    /// <summary>The arguments with <c>$(VARIABLE)</c> expanded, as the kubelet does it.</summary>
    public IEnumerable<string> ArgumentsWith(IReadOnlyDictionary<string, string> environment) => Arguments.Select(argument => Expand(argument, environment));

    private string? Field(string? path, string node, string pod) => path switch
    {
        "metadata.namespace" => Namespace,
        "metadata.name" => pod,
        "spec.nodeName" => node,
        "spec.serviceAccountName" => Account,
        _ => null,
    };

    private static string Expand(string text, IReadOnlyDictionary<string, string> values) =>
        Reference().Replace(text, match => match.Value.StartsWith("$$", StringComparison.Ordinal) ? match.Value[1..] : values.GetValueOrDefault(match.Groups[1].Value) ?? match.Value);

    private static string ImageName(string image) => image.Split('@')[0].Split('/')[^1].Split(':')[0];

    private static IEnumerable<JsonObject> Items(JsonNode? list) => list is JsonArray items ? items.OfType<JsonObject>() : [];

    [GeneratedRegex(@"\$?\$\(([A-Za-z_.-][A-Za-z0-9_.-]*)\)")]
    private static partial Regex Reference();
}

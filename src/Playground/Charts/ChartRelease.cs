using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Sidecars.EmbeddedCluster;

namespace Sidecars.Playground;

/// <summary>
/// What Helm makes of the charts csi-driver and, where snapshots are wanted, snapshot-controller with the user's values. The objects are for the cluster;
/// the containers tell which sidecars run, with which arguments and as which service account. Nothing is installed: the playground is the kubelet.
/// </summary>
internal sealed class ChartRelease
{
    public const string Name = "playground";
    public const string DriverNamespace = "csi-driver";
    private const string ControllerNamespace = "kube-system";

    /// <summary>Run as programs here, or there already.</summary>
    private static readonly string[] s_notApplied = ["Deployment", "DaemonSet", "StatefulSet", "CustomResourceDefinition"];

    /// <summary>Rendered beside the chart's own templates, so that the values' capabilities are known as the chart sees them, defaults and nulls included.</summary>
    private const string CapabilitiesKind = "PlaygroundCapabilities";

    private const string CapabilitiesTemplate = $$$"""
        {{- $c := include "csi-sidecars.v1.internal.context" (dict "root" .) | fromJson -}}
        apiVersion: v1
        kind: {{{CapabilitiesKind}}}
        metadata: {name: capabilities}
        capabilities: {{ toJson $c.caps }}
        """;

    private ChartRelease(IEnumerable<(string Namespace, JsonObject Manifest)> rendered)
    {
        var all = rendered.ToList();
        var told = all.Single(one => one.Manifest["kind"]!.ToString() is CapabilitiesKind);
        all.Remove(told);
        Capabilities = CapabilityTable.All.Where(row => told.Manifest["capabilities"]![row.Key]!.GetValue<bool>()).Select(row => row.Ability).ToHashSet();
        Objects = [.. all.Select(one => one.Manifest).Where(manifest => !s_notApplied.Contains(manifest["kind"]!.ToString()))];
        var programs = SidecarProgram.All.Select(program => program.FileName).ToHashSet(StringComparer.Ordinal);
        // Those of the nodes come first: the driver's health is told by the probe that stands beside the node's driver.
        Containers = [.. all.SelectMany(one => ChartContainer.Of(one.Manifest, one.Namespace, programs)).OrderByDescending(container => container.IsOnEveryNode).DistinctBy(container => container.Program)];
        Accounts = [.. Containers.Select(container => (container.Namespace, container.Account)).Distinct().Select(UserOf)];
        DriverName = Objects.FirstOrDefault(manifest => manifest["kind"]!.ToString() is "CSIDriver")?["metadata"]!["name"]!.ToString();
    }

    /// <summary>Everything but workloads and definitions, in Helm's order.</summary>
    public IReadOnlyList<JsonObject> Objects { get; }

    /// <summary>One for each sidecar.</summary>
    public IReadOnlyList<ChartContainer> Containers { get; }

    /// <summary>The service accounts of the containers, each with a token.</summary>
    public IReadOnlyList<ClusterUser> Accounts { get; }

    /// <summary>The driver that it is for, as its CSIDriver object has it; null where that is made by somebody else.</summary>
    public string? DriverName { get; }

    /// <summary>What the values say the driver can do.</summary>
    public IReadOnlySet<DriverAbility> Capabilities { get; }

    /// <summary>Whether volumes can be given other attributes: the sidecars work on it, and may.</summary>
    public bool ChangesAttributes => Has(DriverAbility.Modify, Growth.Resizer);

    /// <summary>Whether the room of nodes is told.</summary>
    public bool TellsRoom => Containers.Any(container => container.Has("--enable-capacity"));

    /// <summary>What of the whole story the values leave out, in words; empty where nothing is.</summary>
    public IReadOnlyList<string> LeftOut =>
    [
        .. Has(DriverAbility.Snapshot, SnapshotStory.Snapshotter) ? Array.Empty<string>() : [$"snapshots ({CapabilityTable.KeyOf(DriverAbility.Snapshot)})"],
        .. Has(DriverAbility.Clone, Story.Provisioner) ? Array.Empty<string>() : [$"clones ({CapabilityTable.KeyOf(DriverAbility.Clone)})"],
        .. Has(DriverAbility.Expand, Growth.Resizer) ? Array.Empty<string>() : [$"growth ({CapabilityTable.KeyOf(DriverAbility.Expand)})"],
    ];

    /// <summary>The options with the release that they ask for, or why there is none.</summary>
    public static async Task<(PlaygroundOptions? Options, string Error)> Into(PlaygroundOptions options, CancellationToken stop)
    {
        if (options.ChartValues.Count is 0) return (options, "");
        try
        {
            return (options with { Chart = await Render(options.ChartValues, stop) }, "");
        }
        catch (Exception failure) when (failure is StepFailed or FormatException or IOException or UnauthorizedAccessException)
        {
            return (null, failure.Message);
        }
    }

    /// <summary>Renders the charts.</summary>
    /// <exception cref="StepFailed">There is no Helm, or it refuses the values.</exception>
    /// <exception cref="FormatException">The rendering is no YAML.</exception>
    public static async Task<ChartRelease> Render(IReadOnlyList<string> values, CancellationToken stop)
    {
        var files = values.Select(Path.GetFullPath).ToList();
        // Each chart has to lie beside the library it stands on, and nothing is written into the repository.
        var folder = Directory.CreateTempSubdirectory("chart-of-playground-").FullName;
        try
        {
            var charts = Path.Combine(HelmProgram.Repository(), "charts");
            foreach (var chart in (string[])["csi-driver", "snapshot-controller"]) Copy(Path.Combine(charts, chart), Path.Combine(folder, chart));
            Copy(Path.Combine(charts, "csi-sidecars"), Path.Combine(folder, "csi-driver", "charts", "csi-sidecars"));
            await File.WriteAllTextAsync(Path.Combine(folder, "csi-driver", "templates", "playground-capabilities.yaml"), CapabilitiesTemplate, stop);
            var driver = await Rendered("csi-driver", DriverNamespace, files.SelectMany(file => (string[])["--values", file]));
            var release = new ChartRelease(driver);
            return release.Runs(SnapshotStory.Snapshotter) ? new ChartRelease([.. driver, .. await Rendered("snapshot-controller", ControllerNamespace, ["--set", "image.repository=of-the-playground"])]) : release;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        async Task<List<(string Namespace, JsonObject Manifest)>> Rendered(string chart, string ns, IEnumerable<string> with) =>
            YamlManifests.Read(await HelmProgram.Template(Path.Combine(folder, chart), ns, with, stop), $"the rendering of {chart}").ConvertAll(manifest => (ns, manifest));
    }

    /// <summary>As RBAC names the account of a container.</summary>
    public static string UserName(ChartContainer container) => $"system:serviceaccount:{container.Namespace}:{container.Account}";

    private bool Has(DriverAbility ability, string program) => Capabilities.Contains(ability) && Runs(program);

    private bool Runs(string program) => Containers.Any(container => container.Program == program);

    private static ClusterUser UserOf((string Namespace, string Account) of) => new(
        $"system:serviceaccount:{of.Namespace}:{of.Account}", Convert.ToHexString(RandomNumberGenerator.GetBytes(16)), "system:serviceaccounts", $"system:serviceaccounts:{of.Namespace}");

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.EnumerateFiles(from)) File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        foreach (var folder in Directory.EnumerateDirectories(from)) Copy(folder, Path.Combine(to, Path.GetFileName(folder)));
    }
}

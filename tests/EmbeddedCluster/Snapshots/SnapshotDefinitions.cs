using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster.Tests;

/// <summary>The definitions of the snapshot kinds that the chart ships, in a cluster.</summary>
internal static class SnapshotDefinitions
{
    private const string Definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

    public static IReadOnlyList<JsonObject> All() =>
        [.. Files().Select(file => YamlText.ReadAll(new StringReader(File.ReadAllText(file))).OfType<JsonObject>().Single())];

    public static IEnumerable<string> Files() => Directory.EnumerateFiles(Path.Combine(FindRoot(), "charts/snapshot-controller/files/crds"), "*.yaml").Order(StringComparer.Ordinal);

    /// <summary>Makes sure that the cluster has our definitions, whichever it had, and serves them.</summary>
    public static async Task Apply(ApiClient api)
    {
        foreach (var definition in All())
        {
            var (name, spec) = ((string)definition["metadata"]!["name"]!, definition["spec"]!);
            var answer = await api.Post(Definitions, definition.ToJsonString());
            if (answer.Code == 409)
            {
                var current = await api.Get($"{Definitions}/{name}");
                definition["metadata"]!["resourceVersion"] = current.Version;
                answer = await api.Put($"{Definitions}/{name}", definition.ToJsonString());
            }
            Assert.That(answer.Code, Is.AnyOf(200, 201), answer.ToString());
            foreach (var version in spec["versions"]!.AsArray().Where(version => (bool)version!["served"]!))
                await Served(api, $"/apis/{spec["group"]}/{version!["name"]}/{spec["names"]!["plural"]}");
        }
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Sidecars.sln"))) return folder.FullName;
        throw new DirectoryNotFoundException($"no folder above {AppContext.BaseDirectory} has a Sidecars.sln");
    }

    // A real server takes a moment to serve what it has accepted; each question is a request to it, so this does not spin.
    private static async Task Served(ApiClient api, string path)
    {
        var until = TimeProvider.System.GetTimestamp();
        while ((await api.Get(path)).Code != 200)
            Assert.That(TimeProvider.System.GetElapsedTime(until), Is.LessThan(TestLimits.Wait), $"{path} is not served");
    }
}

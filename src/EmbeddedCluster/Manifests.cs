using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster;

/// <summary>Creates the objects of manifest files in a store.</summary>
internal static class Manifests
{
    /// <summary>
    /// Reads a file, or every .yaml, .yml and .json file of a directory in order of name. Throws <see cref="FormatException"/> that names the file and
    /// the object when one cannot be read or is refused.
    /// </summary>
    public static async Task Apply(Storage storage, string path)
    {
        var files = Directory.Exists(path)
            ? Directory.EnumerateFiles(path).Where(file => Path.GetExtension(file) is ".yaml" or ".yml" or ".json").Order(StringComparer.Ordinal).ToList()
            : [path];
        foreach (var file in files)
        {
            using var text = new StringReader(await File.ReadAllTextAsync(file));
            foreach (var document in YamlText.ReadAll(text))
                foreach (var item in document.Text("kind") == "List" ? document.Array("items").Objects() : [document.AsObject()])
                    Create(storage, item.DeepClone().AsObject(), file);
        }
    }

    private static void Create(Storage storage, JsonObject content, string file)
    {
        var (apiVersion, kind) = (content.Text("apiVersion") ?? "", content.Text("kind") ?? "");
        var resource = storage.Resources.All.FirstOrDefault(candidate => candidate.Kind == kind && candidate.GroupVersion == apiVersion)
            ?? throw new FormatException($"{file}: the cluster serves no {kind} of {apiVersion}.");
        var ns = resource.IsNamespaced ? content["metadata"].Text("namespace") ?? "default" : "";
        var name = content["metadata"].Text("name");
        if (storage.Create(resource, ns, content).Error is { IsAlreadyExists: false } refused)
            throw new FormatException($"{file}: {kind} {name} was refused: {refused.Message}");
    }
}

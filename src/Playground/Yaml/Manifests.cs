using System.Text.Json.Nodes;

namespace Sidecars.Playground;

/// <summary>The manifests of one run: the announcement's, or those of the files the user names.</summary>
internal static class Manifests
{
    /// <summary>Stands for the driver's name in any manifest, so that a class fits whichever driver is played with.</summary>
    public const string DriverPlaceholder = "${DRIVER_NAME}";

    /// <exception cref="FormatException">A file holds no manifests.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static List<JsonObject> Load(IReadOnlyList<string> files, string driverName)
    {
        var sources = files.Count > 0 ? files.Select(file => (file, File.ReadAllText(file))) : Announcement();
        return
        [
            .. sources.SelectMany(source =>
                YamlManifests.Read(source.Item2.Replace(DriverPlaceholder, driverName, StringComparison.Ordinal), source.Item1)),
        ];
    }

    private static IEnumerable<(string File, string Text)> Announcement()
    {
        var assembly = typeof(Manifests).Assembly;
        foreach (var name in assembly.GetManifestResourceNames().Where(name => name.EndsWith(".yaml", StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            yield return (name, reader.ReadToEnd());
        }
    }
}

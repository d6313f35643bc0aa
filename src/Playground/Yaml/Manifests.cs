using System.Text.Json.Nodes;

namespace Sidecars.Playground;

/// <summary>The manifests of one run: the announcement's and what follows on them, or those of the files the user names.</summary>
internal static class Manifests
{
    /// <summary>Stands for the driver's name in any manifest, so that a class fits whichever driver is played with.</summary>
    public const string DriverPlaceholder = "${DRIVER_NAME}";

    /// <exception cref="FormatException">A file is no YAML, or there is no object in any.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static List<JsonObject> Load(IReadOnlyList<string> files, string driverName)
    {
        var manifests = Read(files.Count > 0 ? files.Select(file => (file, File.ReadAllText(file))) : Embedded("Announcement/"), driverName);
        return manifests.Count > 0 ? manifests : throw new FormatException($"No object to apply is in {string.Join(", ", files)}.");
    }

    /// <summary>The definitions of the snapshot kinds, as the chart of the snapshot controller installs them.</summary>
    public static List<JsonObject> SnapshotDefinitions() => Read(Embedded("Definitions/"), "");

    /// <summary>What is applied once the announcement's pod runs: a class of snapshots, and a snapshot of its claim.</summary>
    public static List<JsonObject> Snapshot(string driverName) => Read(Embedded("Snapshot/"), driverName);

    /// <summary>
    /// What is applied once the snapshot is there: the claim restored from it, the clone, and where room is told the claim that only one node can hold.
    /// </summary>
    public static List<JsonObject> Sequel(string driverName, bool tellsRoom) =>
        Read([.. Embedded("Restore/"), .. Embedded("Clone/"), .. tellsRoom ? Embedded("Room/") : []], driverName);

    /// <summary>What the announcement's claim asks for in the end, applied to it while its pod runs.</summary>
    public static List<JsonObject> Growth() => Read(Embedded("Growth/"), "");

    /// <summary>A class of attributes, applied before the claim asks for it.</summary>
    public static List<JsonObject> Attributes(string driverName) => Read(Embedded("Attributes/"), driverName);

    /// <summary>The announcement's claim asks for that class while its pod runs.</summary>
    public static List<JsonObject> OtherAttributes() => Read(Embedded("OtherAttributes/"), "");

    private static List<JsonObject> Read(IEnumerable<(string File, string Text)> sources, string driverName) =>
    [
        .. sources.SelectMany(source =>
            YamlManifests.Read(source.Text.Replace(DriverPlaceholder, driverName, StringComparison.Ordinal), source.File)),
    ];

    private static IEnumerable<(string File, string Text)> Embedded(string folder)
    {
        var assembly = typeof(Manifests).Assembly;
        foreach (var name in assembly.GetManifestResourceNames().Where(name => name.StartsWith(folder, StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            yield return (name, reader.ReadToEnd());
        }
    }
}

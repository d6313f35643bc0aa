using System.Collections.Concurrent;
using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Sidecars.Images.Tests;

/// <summary>
/// An OCI archive as it lies there: its manifest, its configuration, and the entries of its layers from the lowest to the uppermost. Each is read once.
/// </summary>
internal sealed class ImageArchive
{
    /// <summary>Texts are shorter, libraries and programs longer.</summary>
    private const int LongestText = 512 * 1024;

    private static readonly ConcurrentDictionary<string, ImageArchive> s_read = new();

    private ImageArchive(string path)
    {
        using var file = File.OpenRead(path);
        var blobs = FilesOf(file).ToDictionary(f => f.Entry.Name, f => f.Content);
        Manifest = Json("index.json")["manifests"]![0]!;
        Digest = Manifest["digest"]!.GetValue<string>();
        Manifest = Json(Blob(Manifest));
        Configuration = Json(Blob(Manifest["config"]!));
        Entries = [.. Manifest["layers"]!.AsArray().SelectMany(layer =>
        {
            using var packed = new GZipStream(new MemoryStream(blobs[Blob(layer!)]), CompressionMode.Decompress);
            return FilesOf(packed).Select(Described).ToList();
        })];

        JsonNode Json(string name) => JsonNode.Parse(blobs[name])!;
    }

    /// <summary>Digest of the manifest: what the image is called by.</summary>
    public string Digest { get; }

    public JsonNode Manifest { get; }

    public JsonNode Configuration { get; }

    /// <summary>All entries of all layers.</summary>
    public IReadOnlyList<Entry> Entries { get; }

    /// <summary>Digests of the layers.</summary>
    public IReadOnlyList<string> Layers => [.. Manifest["layers"]!.AsArray().Select(l => l!["digest"]!.GetValue<string>())];

    public static ImageArchive Of(string image) => s_read.GetOrAdd(image, i => new ImageArchive(Shipped.FileOf(i, ".tar")));

    private static string Blob(JsonNode descriptor) => "blobs/" + descriptor["digest"]!.GetValue<string>().Replace(':', '/');

    private static IEnumerable<(TarEntry Entry, byte[] Content)> FilesOf(Stream stream)
    {
        using var reader = new TarReader(stream);
        while (reader.GetNextEntry() is { } entry)
        {
            using var content = new MemoryStream((int)entry.Length);
            entry.DataStream?.CopyTo(content);
            yield return (entry, content.ToArray());
        }
    }

    private static Entry Described((TarEntry Entry, byte[] Content) file)
    {
        var (entry, content) = file;
        return new Entry(entry.Name.TrimEnd('/'), entry.EntryType, entry.Mode, entry.Uid, entry.Gid, entry.ModificationTime,
            Convert.ToHexStringLower(SHA256.HashData(content)), content.Length < LongestText ? Encoding.UTF8.GetString(content) : "");
    }

    /// <param name="Name">Path without a slash at either end.</param>
    /// <param name="Type">File, directory or link.</param>
    /// <param name="Mode">Who may do what.</param>
    /// <param name="User">Its owner.</param>
    /// <param name="Group">Its group.</param>
    /// <param name="Time">When it was changed.</param>
    /// <param name="Sum">SHA-256 of its content.</param>
    /// <param name="Text">Its content where it is a text.</param>
    public sealed record Entry(string Name, TarEntryType Type, UnixFileMode Mode, int User, int Group, DateTimeOffset Time, string Sum, string Text);
}

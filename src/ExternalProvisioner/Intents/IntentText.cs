using System.IO.Compression;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Csi.V1;
using Google.Protobuf.Collections;
using Sidecars.ExternalProvisioner.Topology;

namespace Sidecars.ExternalProvisioner.Intents;

/// <summary>
/// An intent as text for an annotation. It is JSON, for whoever looks at a claim; where the driver knows thousands of places, packed JSON,
/// because all annotations of an object together may have 256 KiB. Whoever may write claims may write such a text: it is read within bounds, and
/// whatever is wrong with it makes it no intent.
/// </summary>
internal static class IntentText
{
    /// <summary>Longest text for an annotation: half of what all of them may have.</summary>
    public const int Longest = 128 * 1024;

    /// <summary>Most places that are noted, required and preferred ones together.</summary>
    public const int MostPlaces = 20_000;

    private const int LongestPlain = 8 * 1024;
    private const int LongestUnpacked = 4 * 1024 * 1024;
    private const string Packed = "gzip:";

    // A claim is looked at many times with the same text.
    private static readonly ConditionalWeakTable<string, VolumeIntent> s_read = [];

    /// <summary>The text; null where it would be longer than an annotation may be.</summary>
    public static string? Write(VolumeIntent intent)
    {
        if (intent.Topology is { } topology && topology.Requisite.Count + topology.Preferred.Count > MostPlaces) return null;
        var noted = new NotedIntent(intent.Asked.Name, intent.Asked.Node, intent.Volume, Terms(intent.Topology?.Requisite), Terms(intent.Topology?.Preferred));
        var plain = JsonSerializer.SerializeToUtf8Bytes(noted, IntentJson.Default.NotedIntent);
        if (plain.Length <= LongestPlain) return Encoding.UTF8.GetString(plain);
        if (plain.Length > LongestUnpacked) return null;
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.SmallestSize, leaveOpen: true)) gzip.Write(plain);
        var text = Packed + Convert.ToBase64String(packed.GetBuffer(), 0, (int)packed.Length);
        return text.Length <= Longest ? text : null;
    }

    /// <summary>The intent; null where the text is none.</summary>
    /// <param name="text">The text, or null.</param>
    /// <param name="mayBePacked">Whether it is worth the work of unpacking.</param>
    public static VolumeIntent? Read(string? text, bool mayBePacked = true)
    {
        if (text is null || (!mayBePacked && (text.StartsWith(Packed, StringComparison.Ordinal) || text.Length > LongestPlain))) return null;
        if (s_read.TryGetValue(text, out var known)) return known;
        try
        {
            if (Parse(text) is not { } intent) return null;
            if (text.Length <= LongestPlain && !text.StartsWith(Packed, StringComparison.Ordinal)) s_read.AddOrUpdate(text, intent); // what is larger would weigh more than the work saves
            return intent;
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidDataException)
        {
            return null;
        }
    }

    private static VolumeIntent? Parse(string text)
    {
        var plain = text.StartsWith(Packed, StringComparison.Ordinal) ? Unpacked(text) : Encoding.UTF8.GetBytes(text);
        // Each place is an object: counted before any is made, because an empty one takes three letters and a hundred bytes.
        if (plain is null || plain.AsSpan().Count((byte)'{') > MostPlaces + 1) return null;
        if (JsonSerializer.Deserialize(plain, IntentJson.Default.NotedIntent) is not { Driver: { } driver, Volume: { } volume } noted) return null;
        if (!AreWhole(noted.Requisite) || !AreWhole(noted.Preferred)) return null;
        return new VolumeIntent(new AskedDriver(driver, noted.Node), volume, Requirement(noted));
    }

    /// <summary>The packed bytes; null where they are more than was ever packed.</summary>
    private static byte[]? Unpacked(string text)
    {
        using var packed = new MemoryStream(Convert.FromBase64String(text[Packed.Length..]));
        using var gzip = new GZipStream(packed, CompressionMode.Decompress);
        using var plain = new MemoryStream();
        var part = new byte[16 * 1024];
        while (gzip.Read(part) is > 0 and var read)
        {
            if (plain.Length + read > LongestUnpacked) return null;
            plain.Write(part, 0, read);
        }
        return plain.ToArray();
    }

    private static bool AreWhole(List<Dictionary<string, string?>?>? terms) => terms is null || terms.TrueForAll(term => term is not null && !term.ContainsValue(null));

    private static List<Dictionary<string, string?>?>? Terms(RepeatedField<global::Csi.V1.Topology>? terms) =>
        terms is null ? null : [.. terms.Select(t => TopologyTerm.Of(t.Segments).Entries.ToDictionary(e => e.Key, e => (string?)e.Value))];

    private static TopologyRequirement? Requirement(NotedIntent noted)
    {
        if (noted.Requisite is null && noted.Preferred is null) return null;
        var requirement = new TopologyRequirement();
        requirement.Requisite.Add(Places(noted.Requisite));
        requirement.Preferred.Add(Places(noted.Preferred));
        return requirement;
    }

    private static IEnumerable<global::Csi.V1.Topology> Places(List<Dictionary<string, string?>?>? terms) =>
        (terms ?? []).Select(term => TopologyTerm.Of(term!.Select(e => KeyValuePair.Create(e.Key, e.Value!))).ToCsi());
}

/// <summary>What the text holds.</summary>
internal sealed record NotedIntent(string? Driver, string? Node, string? Volume, List<Dictionary<string, string?>?>? Requisite, List<Dictionary<string, string?>?>? Preferred);

/// <summary>Reader and writer of the text.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(NotedIntent))]
internal sealed partial class IntentJson : JsonSerializerContext;

using System.IO.Compression;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Csi.V1;
using Google.Protobuf.Collections;
using Sidecars.ExternalProvisioner.Topology;

namespace Sidecars.ExternalProvisioner.Intents;

/// <summary>
/// An intent as text for an annotation. It is JSON, for whoever looks at a claim; where the driver knows thousands of places, packed JSON,
/// because all annotations of an object together may have 256 KiB.
/// </summary>
internal static class IntentText
{
    /// <summary>Longest text for an annotation: half of what all of them may have.</summary>
    public const int Longest = 128 * 1024;

    private const int LongestPlain = 8 * 1024;
    private const string Packed = "gzip:";

    /// <summary>The text; null where it would be longer than an annotation may be.</summary>
    public static string? Write(VolumeIntent intent)
    {
        var noted = new NotedIntent(intent.Asked.Name, intent.Asked.Node, intent.Volume, Terms(intent.Topology?.Requisite), Terms(intent.Topology?.Preferred));
        var plain = JsonSerializer.SerializeToUtf8Bytes(noted, IntentJson.Default.NotedIntent);
        if (plain.Length <= LongestPlain) return Encoding.UTF8.GetString(plain);
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.SmallestSize, leaveOpen: true)) gzip.Write(plain);
        var text = Packed + Convert.ToBase64String(packed.GetBuffer(), 0, (int)packed.Length);
        return text.Length <= Longest ? text : null;
    }

    /// <summary>The intent; null where the text is none.</summary>
    public static VolumeIntent? Read(string? text)
    {
        try
        {
            return text is null || Parse(text) is not { Driver: { } driver, Volume: { } volume } noted ? null : new VolumeIntent(new AskedDriver(driver, noted.Node), volume, Requirement(noted));
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidDataException)
        {
            return null;
        }
    }

    private static NotedIntent? Parse(string text)
    {
        if (!text.StartsWith(Packed, StringComparison.Ordinal)) return JsonSerializer.Deserialize(text, IntentJson.Default.NotedIntent);
        using var packed = new MemoryStream(Convert.FromBase64String(text[Packed.Length..]));
        using var gzip = new GZipStream(packed, CompressionMode.Decompress);
        return JsonSerializer.Deserialize(gzip, IntentJson.Default.NotedIntent);
    }

    private static List<Dictionary<string, string>>? Terms(RepeatedField<global::Csi.V1.Topology>? terms) =>
        terms is null ? null : [.. terms.Select(t => TopologyTerm.Of(t.Segments).Entries.ToDictionary())];

    private static TopologyRequirement? Requirement(NotedIntent noted)
    {
        if (noted.Requisite is null && noted.Preferred is null) return null;
        var requirement = new TopologyRequirement();
        requirement.Requisite.Add((noted.Requisite ?? []).Select(t => TopologyTerm.Of(t).ToCsi()));
        requirement.Preferred.Add((noted.Preferred ?? []).Select(t => TopologyTerm.Of(t).ToCsi()));
        return requirement;
    }
}

/// <summary>What the text holds.</summary>
internal sealed record NotedIntent(string? Driver, string? Node, string? Volume, List<Dictionary<string, string>>? Requisite, List<Dictionary<string, string>>? Preferred);

/// <summary>Reader and writer of the text.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(NotedIntent))]
internal sealed partial class IntentJson : JsonSerializerContext;

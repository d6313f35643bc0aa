using System.Text.RegularExpressions;

namespace Sidecars.Playground;

/// <summary>
/// Shortens what nobody reads to the end, uids and hashes, in the middle, so that a line of the display fits into a terminal. Names that people
/// gave stay whole.
/// </summary>
internal static partial class ShortNames
{
    private const string Default = "default/";

    private static readonly (string Kind, string Name)[] s_kinds =
    [
        ("PersistentVolumeClaim ", "pvc "), ("PersistentVolume ", "pv "), ("VolumeAttachment ", "attachment "), ("CSIStorageCapacity ", "capacity "),
        ("VolumeSnapshotContent ", "content "), ("VolumeSnapshot ", "snapshot "), ("CSINode ", "csinode "), ("CSIDriver ", "csidriver "), ("Pod ", "pod "),
    ];

    private const int Head = 8;
    private const int Tail = 4;

    /// <summary>The text with each uid, and each hash of 32 hexadecimal digits or more, as its beginning and its end.</summary>
    public static string Of(string text) => Long().Replace(text, match => $"{match.Value[..Head]}…{match.Value[^Tail..]}");

    /// <summary>The text, which begins with an object, with its kind as short as kubectl knows it, and without the namespace where that is the default one.</summary>
    public static string OfKinds(string text)
    {
        foreach (var (kind, name) in s_kinds)
        {
            if (!text.StartsWith(kind, StringComparison.Ordinal)) continue;
            var rest = text[kind.Length..];
            return name + (rest.StartsWith(Default, StringComparison.Ordinal) ? rest[Default.Length..] : rest);
        }

        return text;
    }

    [GeneratedRegex("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?<![0-9a-zA-Z])[0-9a-f]{32,}(?![0-9a-zA-Z])")]
    private static partial Regex Long();
}

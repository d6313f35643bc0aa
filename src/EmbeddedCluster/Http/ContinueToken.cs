using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Sidecars.EmbeddedCluster;

/// <summary>Where the next page of a list starts: the version all pages show, and the last object already shown. Opaque to clients.</summary>
internal sealed record ContinueToken(long Version, string Namespace, string Name)
{
    public override string ToString() =>
        Base64Url.EncodeToString(Encoding.UTF8.GetBytes($"{Version.ToString(CultureInfo.InvariantCulture)}/{Namespace}/{Name}"));

    public static ContinueToken? Parse(string text)
    {
        if (!Base64Url.IsValid(text)) return null;
        var parts = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(text)).Split('/');
        return parts.Length == 3 && long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var version)
            ? new ContinueToken(version, parts[1], parts[2])
            : null;
    }

    /// <summary>True for objects that belong to the following pages.</summary>
    public bool Precedes(StoredObject stored)
    {
        var order = string.CompareOrdinal(stored.Namespace, Namespace);
        return order > 0 || (order == 0 && string.CompareOrdinal(stored.Name, Name) > 0);
    }
}

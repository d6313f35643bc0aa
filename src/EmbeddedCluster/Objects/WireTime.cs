using System.Globalization;

namespace Sidecars.EmbeddedCluster;

/// <summary>A moment as objects carry it: in whole seconds, in UTC.</summary>
internal static class WireTime
{
    public const string Format = "yyyy-MM-dd'T'HH:mm:ss'Z'";

    public static string Of(DateTimeOffset moment) => moment.UtcDateTime.ToString(Format, CultureInfo.InvariantCulture);
}

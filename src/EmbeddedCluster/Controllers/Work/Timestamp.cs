using System.Globalization;

namespace Sidecars.EmbeddedCluster.Controllers;

/// <summary>The API's text form of a moment, in whole seconds.</summary>
internal static class Timestamp
{
    public static string Of(TimeProvider time) => time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}

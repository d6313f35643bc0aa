
namespace Sidecars.EmbeddedCluster.Controllers;

/// <summary>The API's text form of a moment, in whole seconds.</summary>
internal static class Timestamp
{
    public static string Of(TimeProvider time) => WireTime.Of(time.GetUtcNow());
}

using System.Text.Json.Serialization;
using Sidecars.Kubernetes.Http;

namespace Sidecars.ClusterDriverRegistrar.Objects;

/// <summary>Compile-time readers and writers of what the registrar exchanges with the API server.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(CsiDriver))]
[JsonSerializable(typeof(WatchNote))]
internal sealed partial class RegistrarJson : JsonSerializerContext;

/// <summary>The reader of lists on the command line, where a word nobody knows is a mistake, not a newer server.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(IReadOnlyList<TokenRequest>))]
internal sealed partial class FlagJson : JsonSerializerContext;

/// <summary>Where the objects live.</summary>
internal static class RegistrarResources
{
    public static Resource<CsiDriver> Drivers { get; } = new("/apis/storage.k8s.io/v1", "csidrivers", false, RegistrarJson.Default.CsiDriver);
}

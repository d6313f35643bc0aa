using System.Text.Json.Serialization;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.Kubernetes.Tests.Caching;

/// <summary>A model that takes the text of a ConfigMap for a number.</summary>
internal sealed class Odd : KubeObject
{
    public OddData? Data { get; set; }
}

internal sealed class OddData
{
    public int Number { get; set; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, NumberHandling = JsonNumberHandling.AllowReadingFromString)]
[JsonSerializable(typeof(Odd))]
internal sealed partial class OddJson : JsonSerializerContext;

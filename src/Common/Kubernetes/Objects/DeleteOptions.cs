using System.Text.Json.Serialization;
using Sidecars.Kubernetes.Json;

namespace Sidecars.Kubernetes.Objects;

/// <summary>The body of a deletion.</summary>
public sealed class DeleteOptions
{
    /// <summary>Group and version.</summary>
    public string ApiVersion { get; set; } = "v1";

    /// <summary>Kind.</summary>
    public string Kind { get; set; } = "DeleteOptions";

    /// <summary>What must be true of the object.</summary>
    public DeletePreconditions? Preconditions { get; set; }

    /// <summary>Deletes the incarnation of that uid and no other; with a version other than 0, only in that very state.</summary>
    public static DeleteOptions Only(string uid, ulong version = 0) => new() { Preconditions = new DeletePreconditions { Uid = uid, ResourceVersion = version } };
}

/// <summary>What must be true of an object that is to be deleted.</summary>
public sealed class DeletePreconditions
{
    /// <summary>Its uid.</summary>
    public string? Uid { get; set; }

    /// <summary>Its version; 0 leaves it open.</summary>
    [JsonConverter(typeof(ResourceVersionConverter))]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ulong ResourceVersion { get; set; }
}

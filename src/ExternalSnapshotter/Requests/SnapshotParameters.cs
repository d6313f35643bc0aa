using Sidecars.Hosting;
using Sidecars.Kubernetes.Objects;
using Sidecars.Kubernetes.Secrets;

namespace Sidecars.ExternalSnapshotter.Requests;

/// <summary>
/// What of a class goes to the driver (snapshotter contract 5.3): everything but the reserved keys, and the names of the objects where they are
/// wanted.
/// </summary>
internal static class SnapshotParameters
{
    private const string Prefix = ClassSecret.ReservedPrefix;

    private static readonly HashSet<string> s_reserved = [.. ClassSecret.All.SelectMany(s => new[] { s.NameKey, s.NamespaceKey })];

    /// <summary>The parameters, or what is wrong with those of the class.</summary>
    /// <param name="parameters">Of the class; null without one.</param>
    /// <param name="ownerKey">What the names of the owner are called: <c>volumesnapshot</c> or <c>volumegroupsnapshot</c>.</param>
    /// <param name="owner">The snapshot or group; null adds no names.</param>
    /// <param name="content">Name of the content.</param>
    public static (Dictionary<string, string>? Parameters, string? Error) Of(
        StringMap? parameters, string ownerKey, ObjectReference? owner, string content)
    {
        var kept = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in parameters ?? StringMap.Empty)
        {
            if (!key.StartsWith(Prefix, StringComparison.Ordinal)) kept[key] = value;
            else if (!s_reserved.Contains(key))
            {
                return (null, "failed to remove CSI Parameters of prefixed keys: "
                    + $"found unknown parameter key {GoQuote.Quote(key)} with reserved namespace {Prefix}");
            }
        }
        if (owner is null) return (kept, null);
        kept[$"{Prefix}{ownerKey}/name"] = owner.Name ?? "";
        kept[$"{Prefix}{ownerKey}/namespace"] = owner.Namespace ?? "";
        kept[$"{Prefix}{ownerKey}content/name"] = content;
        return (kept, null);
    }
}

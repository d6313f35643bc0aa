using System.Globalization;
using Sidecars.HostPathDriver.Rpc;
using Sidecars.HostPathDriver.State;

namespace Sidecars.HostPathDriver.Volumes;

/// <summary>
/// The parameters that may change during a volume's life: <c>iops</c> and <c>throughput</c> (MiB/s). A directory cannot enforce
/// them; they are checked, kept and reported, so that everything above the driver can be tried.
/// </summary>
internal static class MutableParameters
{
    // What a fast single disk of today can do; more is certainly a slip of the pen.
    private static readonly Dictionary<string, long> Limits = new(StringComparer.Ordinal)
    {
        ["iops"] = 1_000_000,
        ["throughput"] = 100_000,
    };

    /// <summary>Refuses unknown keys and values that are no number in range; nothing has been changed then.</summary>
    public static void Check(IEnumerable<KeyValuePair<string, string>> parameters)
    {
        foreach (var (key, value) in parameters)
        {
            if (!Limits.TryGetValue(key, out var limit))
            {
                throw Refuse.InvalidArgument(
                    $"mutable_parameters has the unknown key \"{key}\"; known are {string.Join(", ", Limits.Keys)}.");
            }

            if (!long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number < 1 || number > limit)
                throw Refuse.InvalidArgument($"mutable_parameters has {key}=\"{value}\"; it must be a number from 1 to {limit}.");
        }
    }

    /// <summary>The parameters after a change; keys that are not mentioned stay as they are.</summary>
    public static string Merge(string current, IEnumerable<KeyValuePair<string, string>> changes)
    {
        var merged = StringMap.FromText(current);
        foreach (var (key, value) in changes) merged[key] = value;
        return StringMap.ToText(merged);
    }
}

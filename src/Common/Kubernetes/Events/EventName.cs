using System.Globalization;

namespace Sidecars.Kubernetes.Events;

/// <summary>Names of event objects: the object's own name and the time, or a random one where that is no valid name (common contract 12.1).</summary>
internal static class EventName
{
    private const int LongestSubdomain = 253;
    private const int NanosecondsPerTick = 100;

    /// <summary>The time makes the name unique per object; two events of one object in one tick differ by their sequence.</summary>
    public static string Of(string? subject, DateTimeOffset at, long sequence)
    {
        var nanoseconds = (at - DateTimeOffset.UnixEpoch).Ticks * NanosecondsPerTick + sequence % NanosecondsPerTick;
        var name = $"{subject}.{nanoseconds.ToString("x", CultureInfo.InvariantCulture)}";
        return IsSubdomain(name) ? name : Guid.NewGuid().ToString();
    }

    private static bool IsSubdomain(string name) => name.Length <= LongestSubdomain && name.Split('.').All(IsLabel);

    private static bool IsLabel(string label) =>
        label.Length > 0 && label[0] is not '-' && label[^1] is not '-'
        && label.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-');
}

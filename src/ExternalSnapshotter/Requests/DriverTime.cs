using Google.Protobuf.WellKnownTypes;

namespace Sidecars.ExternalSnapshotter.Requests;

/// <summary>
/// Times and sizes as drivers tell them. One that is missing, zero, or beyond what the field on the object can hold is unknown, and stays unset
/// until a real one comes (snapshotter contract 5.2): a snapshot of 1970, or one of no size, is what nobody could make sense of.
/// </summary>
internal static class DriverTime
{
    private const long NanosecondsInSecond = 1_000_000_000;
    private const long LastSecond = 253402300799; // of the year 9999

    /// <summary>Nanoseconds since 1970, or null.</summary>
    public static long? Nanoseconds(Timestamp? time)
    {
        if (time is not { Seconds: >= 0, Nanos: >= 0 and < (int)NanosecondsInSecond } || (time.Seconds is 0 && time.Nanos is 0)) return null;
        return time.Seconds < long.MaxValue / NanosecondsInSecond ? (time.Seconds * NanosecondsInSecond) + time.Nanos : null;
    }

    /// <summary>The same as a date, or null.</summary>
    public static DateTimeOffset? Date(Timestamp? time) =>
        time is { Seconds: > 0 and <= LastSecond, Nanos: >= 0 and < (int)NanosecondsInSecond }
            ? DateTimeOffset.FromUnixTimeSeconds(time.Seconds)
            : null;

    /// <summary>A moment as nanoseconds since 1970.</summary>
    public static long Nanoseconds(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick;

    /// <summary>Bytes, or null.</summary>
    public static long? Size(long bytes) => bytes > 0 ? bytes : null;
}

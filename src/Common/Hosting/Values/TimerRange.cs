namespace Sidecars.Hosting;

/// <summary>
/// What a timer of the runtime takes: 49.7 days at most, and an exception beyond that. Flags of the originals take years, and mean "hardly
/// ever" by them; a wait that is cut to the longest there is comes to the same.
/// </summary>
public static class TimerRange
{
    /// <summary>The longest time a timer can be set to.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(uint.MaxValue - 1);

    /// <summary>The time, or the longest there is.</summary>
    public static TimeSpan Cap(TimeSpan time) => time < Longest ? time : Longest;
}

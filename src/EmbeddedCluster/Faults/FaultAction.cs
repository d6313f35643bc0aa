namespace Sidecars.EmbeddedCluster;

/// <summary>What a fault does to a request.</summary>
public abstract record FaultAction
{
    private FaultAction()
    {
    }

    /// <summary>Answers with a status, and does nothing else.</summary>
    /// <param name="Status">The answer; seconds in its details become a <c>Retry-After</c> header.</param>
    public sealed record Answer(ApiStatus Status) : FaultAction;

    /// <summary>Waits on the cluster's clock, then goes on.</summary>
    /// <param name="Time">How long.</param>
    public sealed record Delay(TimeSpan Time) : FaultAction;

    /// <summary>Waits until <see cref="Fault.Release"/>, then goes on.</summary>
    public sealed record Hold : FaultAction;

    /// <summary>Does everything, then waits until <see cref="Fault.Release"/> before it answers: the world knows sooner than the client.</summary>
    public sealed record HoldAnswer : FaultAction;

    /// <summary>Cuts the connection before anything is done.</summary>
    public sealed record CutBefore : FaultAction;

    /// <summary>Does everything, then cuts the connection instead of answering: the client cannot know what happened.</summary>
    public sealed record CutAfter : FaultAction;

    /// <summary>Cuts a watch after so many events.</summary>
    /// <param name="Events">Events, bookmarks not counted, that the client still gets.</param>
    public sealed record CutWatch(int Events = 0) : FaultAction;

    /// <summary>Lets a watch go silent after so many events: the connection stays, and nothing comes any more.</summary>
    /// <param name="Events">Events, bookmarks not counted, that the client still gets.</param>
    public sealed record SilenceWatch(int Events = 0) : FaultAction;

    /// <summary>Ends a watch as if its time were up after so many events, as a server does that is about to end.</summary>
    /// <param name="Events">Events, bookmarks not counted, that the client still gets.</param>
    public sealed record EndWatch(int Events = 0) : FaultAction;

    /// <summary>Ends a watch with an ERROR event after so many events.</summary>
    /// <param name="Status">The object of the event.</param>
    /// <param name="Events">Events, bookmarks not counted, that the client still gets.</param>
    public sealed record FailWatch(ApiStatus Status, int Events = 0) : FaultAction;
}

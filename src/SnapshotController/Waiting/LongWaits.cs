using Sidecars.Kubernetes.Control;
using Sidecars.Kubernetes.Events;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.SnapshotController.Waiting;

/// <summary>
/// What is awaited of others, and since when. Nobody is told of a short wait; after half a minute an event says what is awaited and of whom, and
/// again every ten minutes for as long as it lasts. The outcome of a wait is the look at which it will be told.
/// </summary>
internal sealed class LongWaits(EventRecorder events, TimeProvider time)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    /// <summary>An event is kept for an hour; one that still holds is told again well before.</summary>
    private static readonly TimeSpan s_reminder = TimeSpan.FromMinutes(10);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Wait> _waits = new(StringComparer.Ordinal);

    private sealed record Wait(string Reason, string What, long Since, TimeSpan TellAfter);

    /// <summary>Waits on for the same thing, or begins to.</summary>
    /// <param name="about">The object whose user is told.</param>
    /// <param name="reason">Reason of the event.</param>
    /// <param name="what">What is awaited, of whom, and what to do if it does not come.</param>
    /// <param name="error">What was said last by those who are awaited; another word of theirs is no other wait.</param>
    public Outcome For(ObjectReference about, string reason, string what, string? error = null)
    {
        var uid = about.Uid ?? "";
        lock (_lock)
        {
            if (!_waits.TryGetValue(uid, out var wait) || wait.Reason != reason || wait.What != what)
                wait = new Wait(reason, what, time.GetTimestamp(), s_patience);
            var waited = time.GetElapsedTime(wait.Since);
            if (waited >= wait.TellAfter)
            {
                // Recording does not wait.
                events.Record(about, EventType.Warning, reason, $"waiting for {(int)waited.TotalSeconds} s; awaited: {what}"
                    + (error is null ? "" : $"; it failed last with: {error}"));
                wait = wait with { TellAfter = waited + s_reminder };
            }
            _waits[uid] = wait;
            return Outcome.After(wait.TellAfter - waited);
        }
    }

    /// <summary>Nothing is awaited for that object any more.</summary>
    public void Over(string uid)
    {
        lock (_lock) _waits.Remove(uid);
    }
}

using System.Globalization;
using Sidecars.ExternalSnapshotter.Contents;
using Sidecars.Hosting;
using Sidecars.Kubernetes.Control;
using Sidecars.Kubernetes.Events;
using Sidecars.Kubernetes.Queueing;

namespace Sidecars.ExternalSnapshotter.Waiting;

/// <summary>
/// The contents of one kind that are not settled, and since when we know of them: whoever waits for longer than half a minute is told what is
/// awaited and when it is tried next, on the content and on the snapshot it is the content of. Nothing is decided by it.
/// </summary>
internal sealed class ContentWaits : IDisposable
{
    /// <summary>Most bytes of an event's message that the API server takes.</summary>
    private const int LongestMessage = 1024;

    /// <summary>After this long somebody asks why.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    /// <summary>
    /// An event is kept for an hour; one that still holds is told again well before, unless that many wait that it is better told of others.
    /// </summary>
    private static readonly TimeSpan s_reminder = TimeSpan.FromMinutes(10);

    /// <summary>
    /// Waits that are told of at once, and then as many a second: events are written one after the other, and those that find no room are lost.
    /// </summary>
    private const int MostAtOnce = 10;

    private static readonly TimeSpan s_breath = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Wait> _waits = new(StringComparer.Ordinal);
    private readonly SortedSet<Wait> _line = new(Wait.InOrder); // all of them, by when they are to be told of
    private readonly ReportWords _words;
    private readonly EventRecorder _events;
    private readonly ItemBackoff<string> _backoff;
    private readonly (TimeSpan First, TimeSpan Longest) _pauses;
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private long _begun;
    private long _timerAt = long.MaxValue; // when the timer fires; the largest number where it is not set

    /// <param name="words">How it is called.</param>
    /// <param name="backoff">How long failed contents wait, which says when the next try is.</param>
    /// <param name="pauses">The back-off's first and longest pause.</param>
    /// <param name="events">Where it is told.</param>
    /// <param name="time">Clock.</param>
    public ContentWaits(
        ReportWords words, ItemBackoff<string> backoff, (TimeSpan First, TimeSpan Longest) pauses, EventRecorder events, TimeProvider time)
    {
        (_words, _backoff, _pauses, _events, _time) = (words, backoff, pauses, events, time);
        _timer = time.CreateTimer(_ => TellDue(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    private sealed class Wait(ContentView about, long since, long number)
    {
        public static Comparer<Wait> InOrder { get; } =
            Comparer<Wait>.Create((one, other) => (one.TellAt, one.Number).CompareTo((other.TellAt, other.Number)));

        /// <summary>Tells apart those that are to be told of at the same time.</summary>
        private long Number => number;

        public ContentView About { get; set; } = about;

        public long Since => since;

        public string? Awaited { get; set; }

        public DateTimeOffset? NextTry { get; set; }

        /// <summary>Never changed while it stands in the line.</summary>
        public long TellAt { get; set; }
    }

    /// <summary>The content has something to wait for; known already, it goes on waiting.</summary>
    public void Began(ContentView content)
    {
        lock (_lock) _ = OfWhileLocked(content);
    }

    /// <summary>An attempt came to nothing yet; the outcome is a retry for that reason.</summary>
    public Outcome Retry(ContentView content, string awaited)
    {
        lock (_lock)
        {
            var wait = OfWhileLocked(content);
            (wait.About, wait.Awaited, wait.NextTry) = (content, awaited, _time.GetUtcNow() + NextPause(content.Name));
        }
        return Outcome.Retry(awaited);
    }

    /// <summary>Done, gone, or nothing to wait for after all.</summary>
    public void Finished(ContentView content)
    {
        lock (_lock)
        {
            if (_waits.TryGetValue(content.Name, out var wait) && wait.About.Object.Uid == content.Object.Uid) EndWhileLocked(content.Name);
        }
    }

    /// <summary>There is nothing of that name to wait for.</summary>
    public void Finished(string name)
    {
        lock (_lock) EndWhileLocked(name);
    }

    public void Dispose() => _timer.Dispose();

    private Wait OfWhileLocked(ContentView content)
    {
        // One that is to be deleted by now waits for something else than it did.
        if (_waits.TryGetValue(content.Name, out var known) && known.About.Object.Uid == content.Object.Uid && known.About.IsToGo == content.IsToGo)
            return known;
        EndWhileLocked(content.Name);
        var now = _time.GetTimestamp();
        var wait = _waits[content.Name] = new Wait(content, now, _begun++) { TellAt = now + TicksOf(s_patience) };
        _line.Add(wait);
        SetTimerWhileLocked(wait.TellAt);
        return wait;
    }

    private void EndWhileLocked(string name)
    {
        if (_waits.Remove(name, out var ended)) _line.Remove(ended);
    }

    private TimeSpan NextPause(string name)
    {
        var ticks = _pauses.First.Ticks * Math.Pow(2, _backoff.FailuresOf(name));
        return ticks >= _pauses.Longest.Ticks ? _pauses.Longest : TimeSpan.FromTicks((long)ticks);
    }

    private void TellDue()
    {
        lock (_lock)
        {
            _timerAt = long.MaxValue;
            var now = _time.GetTimestamp();
            for (var told = 0; told < MostAtOnce && _line.Min is { } wait && wait.TellAt <= now; told++)
            {
                _line.Remove(wait);
                wait.TellAt = now + TicksOf(UntilReminder(_waits.Count));
                _line.Add(wait);
                Tell(wait); // recording does not wait
            }
            if (_line.Min is { } next) SetTimerWhileLocked(next.TellAt > now ? next.TellAt : now + TicksOf(s_breath));
        }
    }

    /// <summary>Reminders take half of the time that there is for telling, so that who waits anew is told of soon.</summary>
    private static TimeSpan UntilReminder(int waits)
    {
        var round = s_breath * (2.0 * waits / MostAtOnce);
        return round > s_reminder ? round : s_reminder;
    }

    private void Tell(Wait wait)
    {
        var seconds = (int)_time.GetElapsedTime(wait.Since).TotalSeconds;
        var next = wait.NextTry is { } at && at > _time.GetUtcNow()
            ? $"next try at {at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)}"
            : "it is being tried now, or as soon as a worker is free";
        var awaited = wait.Awaited ?? "the driver has not answered yet";
        var missing = wait.About.IsToGo ? "deleted" : "ready";
        var message = Utf8Text.Cut($"{_words.Noun} content {wait.About.Name} is not {missing} after {seconds} s; {next}; awaited: {awaited}",
            LongestMessage);
        _events.Record(wait.About.Reference, EventType.Warning, _words.DelayedReason, message);
        if (wait.About.OwnerReference is { } owner) _events.Record(owner, EventType.Warning, _words.DelayedReason, message);
    }

    private void SetTimerWhileLocked(long at)
    {
        if (_timerAt <= at) return;
        _timerAt = at;
        var wait = _time.GetElapsedTime(_time.GetTimestamp(), at);
        _timer.Change(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }

    private long TicksOf(TimeSpan time) => (long)(time.TotalSeconds * _time.TimestampFrequency);
}

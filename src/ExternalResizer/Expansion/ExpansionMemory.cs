using System.Collections.Concurrent;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalResizer.Expansion;

/// <summary>
/// What is remembered of claims on their way to another size, and is not written on them: by uid, so that a successor of the same name inherits
/// nothing, and only for as long as there is anything to remember. A new process begins without it, which costs a call at most.
/// </summary>
internal sealed class ExpansionMemory(TimeSpan retention, TimeProvider time)
{
    private readonly ConcurrentDictionary<string, ExpansionNotes> _byUid = new(StringComparer.Ordinal);

    /// <summary>Claims of which anything is remembered.</summary>
    public int Count => _byUid.Count;

    public ExpansionNotes Of(PersistentVolumeClaim claim) => _byUid.GetOrAdd(claim.Uid, _ => new ExpansionNotes());

    public ExpansionNotes? Find(PersistentVolumeClaim claim) => _byUid.GetValueOrDefault(claim.Uid);

    public void Forget(string uid) => _byUid.TryRemove(uid, out _);

    /// <summary>How long the claim is still left alone; zero where it may be tried.</summary>
    public TimeSpan Remaining(ExpansionNotes notes)
    {
        if (notes.SlowSince is not { } since) return TimeSpan.Zero;
        var remaining = retention - time.GetElapsedTime(since);
        if (remaining > TimeSpan.Zero) return remaining;
        notes.SlowSince = null;
        return TimeSpan.Zero;
    }

    /// <summary>Leaves it alone from now on.</summary>
    public void Slow(ExpansionNotes notes) => notes.SlowSince = time.GetTimestamp();
}

/// <summary>What is remembered of one claim. One worker at a time has it in hand.</summary>
internal sealed class ExpansionNotes
{
    /// <summary>The last try ended for good, so nothing is under way at the driver.</summary>
    public bool FailedFinally { get; set; }

    /// <summary>What the driver said when it refused for being in use; null where it did not, or was asked since.</summary>
    public string? InUse { get; set; }

    /// <summary>Whether the claim waits until it is known which pods there are.</summary>
    public bool WaitsForPods { get; set; }

    /// <summary>Whether users were told that nobody can say which pods there are.</summary>
    public bool IsBlindnessTold { get; set; }

    /// <summary>The size that users were told is being worked towards.</summary>
    public string? Told { get; set; }

    /// <summary>Whether they were told that the driver answers what cannot be.</summary>
    public bool IsFaultTold { get; set; }

    /// <summary>The version of the claim that we wrote ourselves.</summary>
    public ulong Written { get; set; }

    /// <summary>Since when the claim is left alone, a time stamp; null where it is not.</summary>
    public long? SlowSince { get; set; }
}

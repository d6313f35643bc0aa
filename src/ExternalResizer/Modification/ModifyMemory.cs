using System.Collections.Concurrent;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalResizer.Modification;

/// <summary>
/// What is remembered of claims on their way to another class and is not written on them: by uid, and only as long as there is anything. A new process
/// takes every modification that is in progress for one that the driver may be at.
/// </summary>
internal sealed class ModifyMemory(TimeSpan retention, TimeProvider time)
{
    private readonly ConcurrentDictionary<string, ModifyNotes> _byUid = new(StringComparer.Ordinal);

    /// <summary>Claims of which anything is remembered.</summary>
    public int Count => _byUid.Count;

    /// <summary>What is remembered of the claim. Of one that is in progress and of which nothing is remembered nobody knows what the driver was asked.</summary>
    public ModifyNotes Of(PersistentVolumeClaim claim) => _byUid.GetOrAdd(
        claim.Uid, static (_, seen) => new ModifyNotes { IsUncertain = seen.Status?.ModifyVolumeStatus?.Status is ModifyPatch.InProgress }, claim);

    public ModifyNotes? Find(PersistentVolumeClaim claim) => _byUid.GetValueOrDefault(claim.Uid);

    public void Forget(string uid) => _byUid.TryRemove(uid, out _);

    /// <summary>How long a class that the driver refused for good is still left alone; zero where it may be tried.</summary>
    public TimeSpan Remaining(ModifyNotes notes)
    {
        if (notes.SlowSince is not { } since) return TimeSpan.Zero;
        var remaining = retention - time.GetElapsedTime(since);
        if (remaining > TimeSpan.Zero) return remaining;
        notes.SlowSince = null;
        return TimeSpan.Zero;
    }

    public void Slow(ModifyNotes notes)
    {
        if (Remaining(notes) == TimeSpan.Zero) notes.SlowSince = time.GetTimestamp();
    }

    /// <summary>Whether a target that may be under way has kept another class waiting for the whole time of the long pause.</summary>
    public bool IsWaitedFor(ModifyNotes notes, bool wantsAnother)
    {
        if (!wantsAnother) notes.HeldUpSince = null;
        else notes.HeldUpSince ??= time.GetTimestamp();
        return notes.HeldUpSince is { } since && time.GetElapsedTime(since) >= retention;
    }
}

/// <summary>What is remembered of one claim. One worker at a time has it in hand.</summary>
internal sealed class ModifyNotes
{
    /// <summary>The driver may be at the target.</summary>
    public bool IsUncertain { get; set; }

    /// <summary>Since when it is left alone, a time stamp; null where it is not.</summary>
    public long? SlowSince { get; set; }

    /// <summary>Since when another class is wanted than the target, a time stamp; null where none is.</summary>
    public long? HeldUpSince { get; set; }

    /// <summary>The version of the claim that we wrote ourselves.</summary>
    public ulong Written { get; set; }
}

using System.Collections.Concurrent;
using Sidecars.ExternalProvisioner.Topology;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalProvisioner.Claims;

/// <summary>
/// What is remembered of claims between two attempts. All of it is an optimisation or a safeguard: after a restart the claims are
/// listed anew and the driver, asked again by the same name, answers with the same volume.
/// </summary>
internal sealed class ClaimMemory(TimeSpan infeasibleRetention, TimeProvider time)
{
    private readonly ConcurrentDictionary<string, byte> _tried = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, string> _classes = new(StringComparer.Ordinal); // uid of the class by that of the claim

    private readonly ConcurrentDictionary<string, ulong> _noteWrites = new(StringComparer.Ordinal);

    public InProgressClaims InProgress { get; } = new();

    public InfeasibleClaims Infeasible { get; } = new(infeasibleRetention, time);

    public ClaimsWithoutPlace WithoutPlace { get; } = new();

    /// <summary>An attempt at the claim begins, with this class.</summary>
    public void Works(string uid, StorageClass storageClass) => _classes[uid] = storageClass.Uid;

    /// <summary>Whether the last attempt at the claim had this very class, so that it is not what the claim waits for.</summary>
    public bool HadClass(string uid, StorageClass storageClass) => _classes.TryGetValue(uid, out var known) && known == storageClass.Uid;

    /// <summary>An attempt at the claim did not end with its volume in the API.</summary>
    public void Tried(string uid) => _tried[uid] = 0;

    /// <summary>
    /// The claim has its volume, or needs none. One that went while the driver worked comes up no more, and nothing is remembered
    /// of it; <paramref name="isGone"/> is asked last, because a claim that goes after that is told to <see cref="Forget"/>.
    /// </summary>
    public void Settled(string uid, Func<string, bool> isGone)
    {
        InProgress.Drop(uid);
        Tried(uid);
        if (isGone(uid)) Forget(uid);
    }

    /// <summary>Whether this process has worked on the claim before.</summary>
    public bool WasTried(string uid) => _tried.ContainsKey(uid);

    /// <summary>A note was put on the claim or taken off, and made it this version.</summary>
    public void NoteWritten(string uid, ulong version) => _noteWrites[uid] = version;

    /// <summary>Whether nothing but a note of ours made the claim this version.</summary>
    public bool IsNoteWrite(string uid, ulong version) => _noteWrites.TryGetValue(uid, out var written) && written == version;

    /// <summary>Whether anything is remembered of the claim.</summary>
    public bool Knows(string uid) => WasTried(uid) || InProgress.Find(uid) is not null;

    /// <summary>The claim is bound, gone, or somebody else's.</summary>
    public void Forget(string uid)
    {
        InProgress.Drop(uid);
        Infeasible.Drop(uid);
        WithoutPlace.Drop(uid);
        _tried.TryRemove(uid, out _);
        _classes.TryRemove(uid, out _);
        _noteWrites.TryRemove(uid, out _);
    }
}

using Sidecars.Kubernetes.Objects;
using Sidecars.Kubernetes.Control;

namespace Sidecars.ExternalAttacher.Attachments;

/// <summary>
/// Attaching and detaching have a lane each, so that a storm of failing detaches does not hold up an attach. One attachment is still
/// never in two hands: a lane that finds it in the other's passes on, and it is put in line again as soon as the other is done.
/// </summary>
/// <param name="attach">The lane of what is to be attached.</param>
/// <param name="detach">The lane of what is being deleted.</param>
/// <param name="asksForDetach">Whether there is something to detach under that name, as far as is known now.</param>
internal sealed class Lanes(Lane attach, Lane detach, Func<string, bool> asksForDetach)
{
    private readonly Lock _lock = new();

    // The attachments in work, with the lane that came for them meanwhile.
    private readonly Dictionary<string, Lane?> _inHand = new(StringComparer.Ordinal);

    public Lane Attach => attach;

    public Lane Detach => detach;

    /// <summary>Puts an attachment in the line its state asks for.</summary>
    public void Add(VolumeAttachment attachment) => LaneOf(attachment).Queue.Add(attachment.Name);

    public Lane LaneOf(VolumeAttachment attachment) => attachment.IsBeingDeleted ? detach : attach;

    /// <summary>Whether somebody works on the attachment right now.</summary>
    public bool IsInHand(string name)
    {
        lock (_lock) return _inHand.ContainsKey(name);
    }

    /// <summary>Nothing is left to remember of an attachment that is gone.</summary>
    public void Forget(string name)
    {
        attach.Forget(name);
        detach.Forget(name);
    }

    /// <summary>The work of a lane, which waits its turn.</summary>
    public Func<string, CancellationToken, ValueTask<Outcome>> OneAtATime(Lane lane, Func<string, CancellationToken, ValueTask<Outcome>> work) =>
        async (name, stop) =>
        {
            if (!TryTake(name, lane))
            {
                lane.PassOn(name);
                return Outcome.Done;
            }
            try
            {
                lane.Begin(name);
                return await work(name, stop);
            }
            finally
            {
                Release(name)?.Queue.Add(name);
                // The answer to a write of ours may have been the first to show that deletion began, or that the attachment is gone; the
                // watch then tells nothing new.
                if (lane == attach && asksForDetach(name)) detach.Queue.Add(name);
            }
        };

    private bool TryTake(string name, Lane lane)
    {
        lock (_lock)
        {
            if (_inHand.TryAdd(name, null)) return true;
            _inHand[name] = lane;
            return false;
        }
    }

    private Lane? Release(string name)
    {
        lock (_lock)
        {
            _inHand.Remove(name, out var waiting);
            return waiting;
        }
    }
}

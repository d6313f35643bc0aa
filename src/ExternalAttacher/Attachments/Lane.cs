using System.Collections.Concurrent;
using Sidecars.Kubernetes.Queueing;

namespace Sidecars.ExternalAttacher.Attachments;

/// <summary>One of the two lanes of attachments, with its line and its back-off.</summary>
internal sealed class Lane(string name, WorkQueue<string> queue, ItemBackoff<string> backoff)
{
    // Failures of those that were passed on, which is no success but looks like one to the loop, and clears their back-off.
    private readonly ConcurrentDictionary<string, int> _passedOn = new(StringComparer.Ordinal);

    /// <summary>Name, as in logs and metrics.</summary>
    public string Name => name;

    public WorkQueue<string> Queue => queue;

    public ItemBackoff<string> Backoff => backoff;

    /// <summary>An attempt ends before it began: the attachment is in the hands of the other lane.</summary>
    public void PassOn(string attachment)
    {
        if (backoff.FailuresOf(attachment) is var failures and > 0) _passedOn[attachment] = failures;
    }

    /// <summary>An attempt begins: with the back-off of before those that were passed on.</summary>
    public void Begin(string attachment)
    {
        if (!_passedOn.TryRemove(attachment, out var failures)) return;
        while (backoff.FailuresOf(attachment) < failures) backoff.Next(attachment);
    }

    /// <summary>Nothing is left to remember of an attachment that is gone.</summary>
    public void Forget(string attachment)
    {
        _passedOn.TryRemove(attachment, out _);
        backoff.Forget(attachment);
    }
}

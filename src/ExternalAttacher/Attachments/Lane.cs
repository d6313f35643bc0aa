using Sidecars.Kubernetes.Queueing;

namespace Sidecars.ExternalAttacher.Attachments;

/// <summary>One of the two lanes of attachments, with its line and its back-off.</summary>
internal sealed class Lane(string name, WorkQueue<string> queue, ItemBackoff<string> backoff)
{
    /// <summary>Name, as in logs and metrics.</summary>
    public string Name => name;

    public WorkQueue<string> Queue => queue;

    public ItemBackoff<string> Backoff => backoff;
}

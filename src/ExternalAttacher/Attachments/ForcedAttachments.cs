using System.Collections.Concurrent;

namespace Sidecars.ExternalAttacher.Attachments;

/// <summary>Attachments that are to be done again although their state says that they are done: the driver lists them otherwise.</summary>
internal sealed class ForcedAttachments
{
    private readonly ConcurrentDictionary<string, byte> _names = new(StringComparer.Ordinal);

    public void Add(string name) => _names[name] = 0;

    /// <summary>Whether it was forced; the next time it is not, whatever comes of this one.</summary>
    public bool Take(string name) => _names.TryRemove(name, out _);
}

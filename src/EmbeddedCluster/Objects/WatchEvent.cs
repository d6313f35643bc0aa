namespace Sidecars.EmbeddedCluster;

/// <summary>One change of one object, as a watch shows it. A deletion carries the last state under the version of the deletion.</summary>
/// <param name="Type">What happened.</param>
/// <param name="Object">The object after the change.</param>
/// <param name="Previous">The object before the change; null for an addition.</param>
public sealed record WatchEvent(WatchEventType Type, StoredObject Object, StoredObject? Previous)
{
    /// <summary>The resource version of the change.</summary>
    public long Version => Object.Version;
}

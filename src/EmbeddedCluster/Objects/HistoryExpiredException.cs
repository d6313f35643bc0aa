namespace Sidecars.EmbeddedCluster;

/// <summary>An in-process watch asked for changes that the store has forgotten. The reader has to list again.</summary>
public sealed class HistoryExpiredException(string resource, long version)
    : Exception($"The changes of {resource} after version {version} are no longer kept; list again and watch from the list's version.");

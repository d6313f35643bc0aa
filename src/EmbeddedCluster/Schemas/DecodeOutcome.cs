namespace Sidecars.EmbeddedCluster;

/// <summary>How decoding went.</summary>
/// <param name="Error">Why the object cannot be read at all; null when it can.</param>
/// <param name="UnknownFields">Fields that were dropped.</param>
internal readonly record struct DecodeOutcome(string? Error, IReadOnlyList<string> UnknownFields);

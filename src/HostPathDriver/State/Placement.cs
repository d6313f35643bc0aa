namespace Sidecars.HostPathDriver.State;

/// <summary>
/// A path of this node at which a volume is staged or published. <see cref="StagingPath"/> is the staging directory a published
/// path came from, empty for the staging itself.
/// </summary>
internal sealed record Placement(string Path, string Volume, bool IsStaging, bool IsReadOnly, int Mode, string StagingPath);

namespace Sidecars.ExternalProvisioner.Volumes;

/// <summary>How writing a PersistentVolume ended.</summary>
/// <param name="IsSaved">The volume stands in the API, for this claim and this volume of the driver.</param>
/// <param name="Problem">Why it does not.</param>
/// <param name="IsRefused">The API server, or an object in the way, will not let it be until somebody changes something.</param>
internal readonly record struct SaveResult(bool IsSaved, string? Problem = null, bool IsRefused = false);

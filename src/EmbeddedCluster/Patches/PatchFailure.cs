namespace Sidecars.EmbeddedCluster;

/// <summary>Why a JSON patch was not applied.</summary>
/// <param name="Message">The text for people.</param>
/// <param name="IsMalformed">True when the patch itself makes no sense; false when it does not fit this object.</param>
internal sealed record PatchFailure(string Message, bool IsMalformed);

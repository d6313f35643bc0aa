namespace Sidecars.EmbeddedCluster;

/// <summary>Why a JSON patch was not applied.</summary>
/// <param name="Message">The text for people.</param>
/// <param name="IsMalformed">True when the patch is not a list of operations at all; false when one of them cannot be carried out.</param>
internal sealed record PatchFailure(string Message, bool IsMalformed);

using Sidecars.Kubernetes.Http;

namespace Sidecars.Kubernetes.Secrets;

/// <summary>What came of reading a secret; exactly one of the three is set.</summary>
/// <param name="Values">Its values.</param>
/// <param name="Failure">Why the API server did not give it.</param>
/// <param name="KeyWithoutText">The key of a value that is no UTF-8, which cannot be sent to a driver.</param>
public sealed record SecretContent(IReadOnlyDictionary<string, string>? Values, ApiFailure? Failure, string? KeyWithoutText);

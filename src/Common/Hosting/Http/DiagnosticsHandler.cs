namespace Sidecars.Hosting.Http;

/// <summary>
/// Answers one request by filling <paramref name="response"/>. The token is cancelled when the client goes away or the server closes.
/// An exception becomes a 500 without its text and an error line in the log.
/// </summary>
public delegate ValueTask DiagnosticsHandler(DiagnosticsRequest request, DiagnosticsResponse response, CancellationToken aborted);

namespace Sidecars.Csi;

/// <summary>
/// Cuts the words of an error before the gRPC library sees them. It decodes them whole, in buffers that the process keeps for long, of which only
/// the beginning is of use (<see cref="DriverWords"/>).
/// </summary>
internal sealed class LongErrorHandler(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    private const string WordsKey = "grpc-message";

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken);
        // A driver that fails answers with the head alone; words behind a body, which is rare, go the library's way and are cut after it.
        if (response.Headers.NonValidated.TryGetValues(WordsKey, out var words) && words.ToString() is { Length: > DriverWords.LongestEncoded } encoded)
        {
            response.Headers.Remove(WordsKey);
            response.Headers.TryAddWithoutValidation(WordsKey, Uri.EscapeDataString(DriverWords.Decode(encoded)));
        }
        return response;
    }
}

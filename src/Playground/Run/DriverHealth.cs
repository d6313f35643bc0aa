using System.Text.RegularExpressions;

namespace Sidecars.Playground;

/// <summary>What the livenessprobe says of the driver, asked as the kubelet asks. Its address stands in its log.</summary>
internal sealed partial class DriverHealth : IDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(5);

    private readonly HttpClient _http = new() { Timeout = s_limit };
    private volatile Uri? _url;

    /// <summary>Finds the address in a line of the program's log; other lines are ignored.</summary>
    public void ReadLogLine(string line)
    {
        if (line.Contains("Listening for HTTP", StringComparison.Ordinal) && Address().Match(line) is { Success: true } match)
            _url = new Uri($"http://{match.Groups[1].Value}/healthz");
    }

    /// <summary>The status and the words of the answer; 0 where there is none.</summary>
    public (int Status, string Text) Ask()
    {
        if (_url is not { } url) return (0, "livenessprobe does not listen yet");
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, url);
            using var response = _http.Send(request);
            using var body = new StreamReader(response.Content.ReadAsStream());
            return ((int)response.StatusCode, body.ReadToEnd());
        }
        catch (Exception failure) when (failure is HttpRequestException or OperationCanceledException)
        {
            return (0, failure.Message);
        }
    }

    public void Dispose() => _http.Dispose();

    [GeneratedRegex("address=\"([^\"]+)\"")]
    private static partial Regex Address();
}

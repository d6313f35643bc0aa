using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster.Tests;

/// <summary>A foreign client: plain HTTP and JSON, nothing shared with the server.</summary>
internal sealed class ApiClient : IDisposable
{
    private readonly HttpClient _http;

    public ApiClient(HttpClient http) => _http = http;

    public ApiClient(Uri server, string? token = null, string userAgent = "test")
    {
        _http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = server, Timeout = TestLimits.Wait };
        _http.DefaultRequestHeaders.UserAgent.ParseAdd(userAgent);
        if (token is not null) _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    public HttpClient Http => _http;

    public Task<ApiAnswer> Get(string path, string? accept = null) => Send(HttpMethod.Get, path, null, "", accept);

    public Task<ApiAnswer> Post(string path, string body) => Send(HttpMethod.Post, path, body, "application/json");

    public Task<ApiAnswer> Put(string path, string body) => Send(HttpMethod.Put, path, body, "application/json");

    public Task<ApiAnswer> Delete(string path, string? body = null) => Send(HttpMethod.Delete, path, body, "application/json");

    public Task<ApiAnswer> Merge(string path, string body) => Send(HttpMethod.Patch, path, body, "application/merge-patch+json");

    public Task<ApiAnswer> Strategic(string path, string body) => Send(HttpMethod.Patch, path, body, "application/strategic-merge-patch+json");

    public Task<ApiAnswer> JsonPatch(string path, string body) => Send(HttpMethod.Patch, path, body, "application/json-patch+json");

    public Task<ApiAnswer> Apply(string path, string body) => Send(HttpMethod.Patch, path, body, "application/apply-patch+yaml");

    public async Task<ApiAnswer> Send(HttpMethod method, string path, string? body, string mediaType, string? accept = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (accept is not null) request.Headers.TryAddWithoutValidation("Accept", accept);
        if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, mediaType);
        using var response = await _http.SendAsync(request).WaitAsync(TestLimits.Wait);
        var text = await response.Content.ReadAsStringAsync().WaitAsync(TestLimits.Wait);
        var warnings = response.Headers.TryGetValues("Warning", out var values) ? values.ToList() : [];
        var retryAfter = response.Headers.RetryAfter?.Delta?.TotalSeconds;
        return new ApiAnswer((int)response.StatusCode, text.StartsWith('{') ? JsonNode.Parse(text)! : new JsonObject(), warnings, retryAfter);
    }

    /// <summary>Opens a watch; completes when the server has answered with its headers.</summary>
    public async Task<WatchReader> Watch(string pathAndQuery)
    {
        var response = await _http.GetAsync(pathAndQuery, HttpCompletionOption.ResponseHeadersRead).WaitAsync(TestLimits.Wait);
        return new WatchReader(response, new StreamReader(await response.Content.ReadAsStreamAsync()));
    }

    public void Dispose() => _http.Dispose();
}

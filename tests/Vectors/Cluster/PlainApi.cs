using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace Sidecars.Vectors.Tests;

/// <summary>
/// The API server as a user of curl sees it: paths, JSON, status codes, nothing remembered. On purpose none of the project's own client code, so
/// that a fault in that cannot hide itself.
/// </summary>
internal sealed class PlainApi : IDisposable
{
    private readonly HttpClient _http;

    /// <param name="server">Where it is.</param>
    /// <param name="token">Who asks; null is nobody in particular.</param>
    internal PlainApi(Uri server, string? token = null)
    {
        _http = new HttpClient { BaseAddress = server, Timeout = Timeout.InfiniteTimeSpan };
        if (token is not null) _http.DefaultRequestHeaders.Authorization = new("Bearer", token);
    }

    public void Dispose() => _http.Dispose();

    /// <summary>Creates an object; where it has a status, puts that on the status subresource afterwards, as no create would.</summary>
    internal async Task<JsonObject> Create(JsonObject value, CancellationToken stop)
    {
        var kind = (string)value["kind"]!;
        var space = (string?)value["metadata"]!["namespace"];
        var created = await Send(HttpMethod.Post, KindTable.Path(kind, space), value, stop);
        if (value["status"] is not JsonObject { Count: > 0 } status) return created;
        created["status"] = status.DeepClone();
        return await Send(HttpMethod.Put, KindTable.Path(kind, space, (string)created["metadata"]!["name"]!, "status"), created, stop);
    }

    internal Task<JsonObject> Patch(string kind, string? space, string name, string? subresource, JsonNode patch, CancellationToken stop) =>
        Send(HttpMethod.Patch, KindTable.Path(kind, space, name, subresource), patch, stop, "application/merge-patch+json");

    internal Task<JsonObject> Delete(string kind, string? space, string name, CancellationToken stop) =>
        Send(HttpMethod.Delete, KindTable.Path(kind, space, name), null, stop);

    /// <summary>All objects of a kind with the list's version; null where the server does not serve the kind.</summary>
    internal async Task<JsonObject?> List(string kind, CancellationToken stop)
    {
        using var response = await _http.GetAsync(Relative(KindTable.PathOfAll(kind)), stop);
        return response.StatusCode == HttpStatusCode.NotFound ? null : await Read(response, "GET " + KindTable.PathOfAll(kind), stop);
    }

    /// <summary>The changes of a kind since a version, one JSON object a line, until the server ends the stream.</summary>
    internal async IAsyncEnumerable<JsonObject> Watch(
        string kind, string version, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken stop)
    {
        var path = $"{KindTable.PathOfAll(kind)}?watch=true&allowWatchBookmarks=true&resourceVersion={version}";
        using var response = await _http.GetAsync(Relative(path), HttpCompletionOption.ResponseHeadersRead, stop);
        if (!response.IsSuccessStatusCode) await Read(response, "GET " + path, stop);
        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync(stop), Encoding.UTF8);
        while (await lines.ReadLineAsync(stop) is { } line)
            if (line.Length > 0) yield return JsonNode.Parse(line)!.AsObject();
    }

    private async Task<JsonObject> Send(HttpMethod method, string path, JsonNode? body, CancellationToken stop, string type = "application/json")
    {
        using var request = new HttpRequestMessage(method, Relative(path));
        if (body is not null) request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, type);
        using var response = await _http.SendAsync(request, stop);
        return await Read(response, $"{method} {path}", stop);
    }

    private static async Task<JsonObject> Read(HttpResponseMessage response, string what, CancellationToken stop)
    {
        var text = await response.Content.ReadAsStringAsync(stop);
        if (!response.IsSuccessStatusCode) throw new HttpRequestException($"{what}: {(int)response.StatusCode} {text}", null, response.StatusCode);
        return JsonNode.Parse(text)!.AsObject();
    }

    private static Uri Relative(string path) => new(path, UriKind.Relative);
}

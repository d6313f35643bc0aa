using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Sidecars.Bench;

/// <summary>
/// The few requests a measurement makes of the cluster. Each is over within a limit; what the cluster refuses is a <see cref="ClusterRefusal"/> with its own words.
/// </summary>
internal sealed class ClusterApi(HttpClient http, TimeProvider time) : IDisposable
{
    private const string Json = "application/json";
    private const string MergePatch = "application/merge-patch+json";

    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    /// <summary>Creates an object; the answer is the object as it is stored.</summary>
    public async Task<JsonObject> Create(Resource resource, JsonObject content, CancellationToken stop)
    {
        content["apiVersion"] = resource.ApiVersion;
        content["kind"] = resource.Kind;
        var (code, body) = await Send(HttpMethod.Post, resource.Ours, content.ToJsonString(), Json, stop);
        return Parsed(code, body, $"Creating {resource.Kind} {content["metadata"]?["name"]}");
    }

    /// <summary>Creates an object that may be there already, from text of either form; whether it was created.</summary>
    public async Task<bool> Ensure(Resource resource, string content, string mediaType, CancellationToken stop)
    {
        var (code, body) = await Send(HttpMethod.Post, resource.Ours, content, mediaType, stop);
        if (code == HttpStatusCode.Conflict) return false;
        _ = Parsed(code, body, $"Creating a {resource.Kind}");
        return true;
    }

    /// <summary>Changes an object, or its status alone, by a merge patch.</summary>
    public async Task Patch(Resource resource, string name, string patch, CancellationToken stop, bool isStatus = false)
    {
        var (code, body) = await Send(HttpMethod.Patch, resource.Of(name) + (isStatus ? "/status" : ""), patch, MergePatch, stop);
        _ = Parsed(code, body, $"Changing {resource.Kind} {name}");
    }

    /// <summary>Asks for the end of an object; fine when it is gone.</summary>
    public Task Delete(Resource resource, string name, CancellationToken stop) => Drop(resource.Of(name), stop);

    /// <inheritdoc cref="Delete"/>
    public async Task Drop(string path, CancellationToken stop)
    {
        var (code, body) = await Send(HttpMethod.Delete, path, """{"kind":"DeleteOptions","apiVersion":"v1","gracePeriodSeconds":0}""", Json, stop);
        if (code != HttpStatusCode.NotFound) _ = Parsed(code, body, $"Deleting {path}");
    }

    /// <summary>Deletes an object whoever still holds on to it by a finalizer.</summary>
    public async Task Remove(Resource resource, string name, CancellationToken stop)
    {
        await Delete(resource, name, stop);
        var (code, body) = await Send(HttpMethod.Patch, resource.Of(name), """{"metadata":{"finalizers":null}}""", MergePatch, stop);
        if (code != HttpStatusCode.NotFound) _ = Parsed(code, body, $"Removing the finalizers of {resource.Kind} {name}");
    }

    /// <summary>All objects of a path, page by page; none where the cluster has no such kind.</summary>
    public async Task<IReadOnlyList<JsonObject>> List(string path, string query, CancellationToken stop)
    {
        var all = new List<JsonObject>();
        for (string? next = ""; next is not null;)
        {
            var page = await Page(path, $"limit=500&{query}{(next.Length > 0 ? "&continue=" + Uri.EscapeDataString(next) : "")}", stop);
            if (page is null) break;
            all.AddRange(page["items"]?.AsArray().Select(item => item!.AsObject()) ?? []);
            next = page["metadata"]?["continue"]?.ToString() is { Length: > 0 } more ? more : null;
        }
        return all;
    }

    /// <summary>One answer of a list; null where the cluster has no such kind.</summary>
    public async Task<JsonObject?> Page(string path, string query, CancellationToken stop)
    {
        var (code, body) = await Send(HttpMethod.Get, $"{path}?{query}", null, Json, stop);
        return code == HttpStatusCode.NotFound ? null : Parsed(code, body, $"Listing {path}");
    }

    /// <summary>A request nobody waits for an answer of but its code.</summary>
    public async Task<HttpStatusCode> Touch(string path, CancellationToken stop) => (await Send(HttpMethod.Get, path, null, Json, stop)).Code;

    /// <summary>A watch, open when the task is complete; the caller reads and disposes it.</summary>
    public async Task<HttpResponseMessage> Watch(string path, string version, CancellationToken stop)
    {
        var response = await http.GetAsync($"{path}?watch=1&allowWatchBookmarks=true&resourceVersion={version}", HttpCompletionOption.ResponseHeadersRead, stop);
        if (response.IsSuccessStatusCode) return response;
        using (response) throw new ClusterRefusal($"Watching {path} failed with {(int)response.StatusCode}: {MessageIn(await response.Content.ReadAsStringAsync(stop))}");
    }

    public void Dispose() => http.Dispose();

    private async Task<(HttpStatusCode Code, string Body)> Send(HttpMethod method, string path, string? body, string mediaType, CancellationToken stop)
    {
        using var limit = new CancellationTokenSource(s_limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stop);
        using var request = new HttpRequestMessage(method, path) { Version = http.DefaultRequestVersion, VersionPolicy = http.DefaultVersionPolicy };
        if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, mediaType);
        try
        {
            using var response = await http.SendAsync(request, either.Token);
            return (response.StatusCode, await response.Content.ReadAsStringAsync(either.Token));
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            throw new ClusterRefusal($"{method} {path} brought no answer within {s_limit.TotalSeconds:0} s: is the cluster at {http.BaseAddress} well?");
        }
        catch (HttpRequestException failure)
        {
            throw new ClusterRefusal($"{method} {path} did not reach the cluster at {http.BaseAddress}: {failure.Message}");
        }
    }

    private static JsonObject Parsed(HttpStatusCode code, string body, string doing) => (int)code < 300
        ? JsonNode.Parse(body)!.AsObject()
        : throw new ClusterRefusal($"{doing} failed with {(int)code}: {MessageIn(body)}");

    private static string MessageIn(string text)
    {
        try
        {
            return JsonNode.Parse(text)?["message"]?.ToString() ?? text;
        }
        catch (JsonException)
        {
            return text;
        }
    }
}

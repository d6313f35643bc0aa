using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace Sidecars.Playground;

/// <summary>
/// Creates and deletes objects over the cluster's HTTP API, finding the path of a kind by discovery and refusing unknown fields, as kubectl does. Refusals become
/// <see cref="ClusterRefusal"/> with the server's own message.
/// </summary>
internal sealed class ClusterApi(Uri url) : IDisposable
{
    private readonly HttpClient _http = new() { BaseAddress = url };
    private readonly Dictionary<string, (string Plural, bool IsNamespaced)> _resources = new(StringComparer.Ordinal);

    public async Task Create(JsonObject manifest, CancellationToken stop)
    {
        var what = ObjectName.Of(manifest);
        var path = await PathOf(manifest, stop);
        using var body = new StringContent(manifest.ToJsonString(), Encoding.UTF8, "application/json");
        using var response = await _http.PostAsync(new Uri($"{path}?fieldValidation=Strict", UriKind.Relative), body, stop);
        await Require(response, $"Creating {what}", stop);
    }

    /// <summary>Changes an object that is there: what the manifest has wins, the rest of the object stays.</summary>
    public async Task Change(JsonObject manifest, CancellationToken stop)
    {
        var path = $"{await PathOf(manifest, stop)}/{manifest["metadata"]!["name"]}?fieldValidation=Strict";
        using var body = new StringContent(manifest.ToJsonString(), Encoding.UTF8, "application/merge-patch+json");
        using var response = await _http.PatchAsync(new Uri(path, UriKind.Relative), body, stop);
        await Require(response, $"Changing {ObjectName.Of(manifest)}", stop);
    }

    /// <summary>Deletes an object; fine when it is gone.</summary>
    public async Task Delete(JsonObject manifest, CancellationToken stop)
    {
        var path = $"{await PathOf(manifest, stop)}/{manifest["metadata"]!["name"]}";
        using var response = await _http.DeleteAsync(new Uri(path, UriKind.Relative), stop);
        if (response.StatusCode != HttpStatusCode.NotFound) await Require(response, $"Deleting {ObjectName.Of(manifest)}", stop);
    }

    public void Dispose() => _http.Dispose();

    /// <summary>Whether the cluster has the kind of an object.</summary>
    public async Task<bool> Serves(JsonObject manifest, CancellationToken stop) => await Find(manifest, stop) is not null;

    private async Task<string> PathOf(JsonObject manifest, CancellationToken stop)
    {
        var (version, kind) = (manifest["apiVersion"]!.ToString(), manifest["kind"]!.ToString());
        if (await Find(manifest, stop) is not var (plural, isNamespaced))
            throw new ClusterRefusal($"Creating {ObjectName.Of(manifest)} failed: the cluster has no kind {kind} in {RootOf(version)}.");
        if (!isNamespaced) return $"{RootOf(version)}/{plural}";
        var ns = manifest["metadata"]!["namespace"]?.ToString() ?? "default";
        return $"{RootOf(version)}/namespaces/{ns}/{plural}";
    }

    private static string RootOf(string version) => version.Contains('/', StringComparison.Ordinal) ? $"apis/{version}" : $"api/{version}";

    private async Task<(string Plural, bool IsNamespaced)?> Find(JsonObject manifest, CancellationToken stop)
    {
        var (version, kind) = (manifest["apiVersion"]!.ToString(), manifest["kind"]!.ToString());
        if (_resources.TryGetValue($"{version}/{kind}", out var known)) return known;
        using var response = await _http.GetAsync(new Uri(RootOf(version), UriKind.Relative), stop);
        if (response.StatusCode == HttpStatusCode.NotFound) return null;
        await Require(response, $"Looking for the kind of {ObjectName.Of(manifest)}", stop);
        var list = JsonNode.Parse(await response.Content.ReadAsStringAsync(stop));
        foreach (var resource in list?["resources"]?.AsArray() ?? [])
        {
            var name = resource!["name"]!.ToString();
            if (resource["kind"]!.ToString() == kind && !name.Contains('/', StringComparison.Ordinal))
                return _resources[$"{version}/{kind}"] = (name, resource["namespaced"]!.GetValue<bool>());
        }

        return null;
    }

    private static async Task Require(HttpResponseMessage response, string doing, CancellationToken stop)
    {
        if (response.IsSuccessStatusCode) return;
        var text = await response.Content.ReadAsStringAsync(stop);
        throw new ClusterRefusal($"{doing} failed with {(int)response.StatusCode}: {MessageIn(text)}");
    }

    private static string MessageIn(string text)
    {
        try
        {
            return JsonNode.Parse(text)?["message"]?.ToString() ?? text;
        }
        catch (System.Text.Json.JsonException)
        {
            return text;
        }
    }
}

using Microsoft.AspNetCore.Http;

namespace Sidecars.EmbeddedCluster;

/// <summary>What a request asks for, in the terms of RBAC: verb, resource, subresource, namespace, name; or a path outside the resources.</summary>
/// <param name="Verb">get, list, watch, create, update, patch, delete, deletecollection; the lower-case method for other paths.</param>
/// <param name="Path">The path as sent.</param>
/// <param name="Group">The API group; empty for the core group and for other paths.</param>
/// <param name="Version">The API version.</param>
/// <param name="Resource">The plural resource name; empty for other paths.</param>
/// <param name="Subresource">Such as <c>status</c>; empty for the object itself.</param>
/// <param name="Namespace">The namespace; empty when the request is not about one.</param>
/// <param name="Name">The object; for lists and watches the one name a field selector fixes.</param>
public sealed record RequestInfo(
    string Verb, string Path, string Group, string Version, string Resource, string Subresource, string Namespace, string Name)
{
    /// <summary>True when the request is about objects and not about discovery, health or metrics.</summary>
    public bool IsAboutObjects => Resource.Length > 0;

    internal static RequestInfo Read(HttpRequest request)
    {
        var path = request.Path.Value ?? "/";
        var other = new RequestInfo(request.Method.ToLowerInvariant(), path, "", "", "", "", "", "");
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var start = parts switch
        {
            ["api", _, _, ..] => 2,
            ["apis", _, _, _, ..] => 3,
            _ => 0,
        };
        if (start == 0) return other;
        var (group, version) = start == 2 ? ("", parts[1]) : (parts[1], parts[2]);
        var rest = parts.AsSpan(start);
        var ns = "";
        // "namespaces/x" is the namespace itself, "namespaces/x/status" its status, anything longer lies within it.
        if (rest is ["namespaces", var within, var first, ..] && !(rest.Length == 3 && first is "status" or "finalize"))
        {
            ns = within;
            rest = rest[2..];
        }
        var (resource, name, subresource) = (rest[0], rest.Length > 1 ? rest[1] : "", rest.Length > 2 ? string.Join('/', rest[2..].ToArray()) : "");
        if (resource == "namespaces" && group.Length == 0 && name.Length > 0) ns = name;
        var verb = VerbOf(request, name);
        if (name.Length == 0 && verb is "list" or "watch" or "deletecollection") name = SelectedName(request.Query["fieldSelector"].ToString());
        return new RequestInfo(verb, path, group, version, resource, subresource, ns, name);
    }

    // A list that a selector narrows down to one name counts as a request for that name: roles may allow just that.
    private static string SelectedName(string fieldSelector)
    {
        const string byName = "metadata.name=";
        var term = Array.Find(fieldSelector.Split(','), part => part.StartsWith(byName, StringComparison.Ordinal));
        return term is null ? "" : term[byName.Length..].TrimStart('=');
    }

    private static string VerbOf(HttpRequest request, string name) => request.Method switch
    {
        "POST" => "create",
        "PUT" => "update",
        "PATCH" => "patch",
        "DELETE" => name.Length > 0 ? "delete" : "deletecollection",
        "GET" or "HEAD" when QueryFlags.IsSet(request.Query["watch"]) => "watch",
        "GET" or "HEAD" => name.Length > 0 ? "get" : "list",
        var method => method.ToLowerInvariant(),
    };
}

using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster;

/// <summary>
/// Decides requests by the roles and bindings in the store. What it reads is resolved once and kept until one of them changes. Discovery is open to
/// whoever has a token, health and version to everybody, as the default roles of a real cluster have it.
/// </summary>
internal sealed class RbacAuthorizer(ObjectStore store, ResourceCatalog catalog)
{
    private static readonly string[] PublicPaths = ["/healthz", "/livez", "/readyz", "/version", "/version/"];
    private static readonly string[] DiscoveryPaths = ["/api", "/apis", "/openapi"];

    private readonly ResourceDefinition[] _kinds =
        [.. new[] { "roles", "clusterroles", "rolebindings", "clusterrolebindings" }.Select(name => catalog.Find($"{name}.rbac.authorization.k8s.io")!)];

    private volatile Resolved? _resolved;

    private sealed record Resolved(TableSnapshot[] Source, IReadOnlyList<RbacBinding> Bindings);

    /// <summary>Null when the request is allowed.</summary>
    public ApiStatus? Check(Caller caller, RequestInfo request)
    {
        if (caller.Groups.Contains("system:masters")) return null;
        if (!request.IsAboutObjects && request.Verb is "get" or "head")
        {
            if (PublicPaths.Contains(request.Path)) return null;
            if (caller.IsAuthenticated && Array.Exists(DiscoveryPaths, path => request.Path == path || request.Path.StartsWith(path + "/", StringComparison.Ordinal)))
                return null;
        }
        if (caller.IsAuthenticated && ReviewKinds.IsOpen(request)) return null;
        foreach (var binding in Bindings())
            if ((binding.Namespace.Length == 0 || binding.Namespace == request.Namespace) && binding.IsFor(caller)
                && binding.Rules.Any(rule => rule.Allows(request))) return null;
        return Refusal(caller, request);
    }

    /// <summary>The rules that hold for somebody in a namespace, as their roles have them.</summary>
    public IEnumerable<JsonObject> RulesOf(Caller caller, string ns) =>
        Bindings().Where(binding => (binding.Namespace.Length == 0 || binding.Namespace == ns) && binding.IsFor(caller)).SelectMany(binding => binding.Rules).Select(rule => rule.Content);

    private IReadOnlyList<RbacBinding> Bindings()
    {
        TableSnapshot[] source = [.. _kinds.Select(kind => store.Table(kind).Current)];
        if (_resolved is { } known && known.Source.AsSpan().SequenceEqual(source)) return known.Bindings;
        var (roles, clusterRoles) = (Rules(source[0]), Rules(source[1]));
        var bindings = source[2].In("").Concat(source[3].In("")).Select(stored =>
        {
            var content = stored.ToJson();
            var role = content.Text("roleRef", "name") ?? "";
            var rules = content.Text("roleRef", "kind") == "ClusterRole" ? clusterRoles.GetValueOrDefault(("", role)) : roles.GetValueOrDefault((stored.Namespace, role));
            return new RbacBinding(stored.Namespace, [.. content.Array("subjects").Objects()], rules ?? []);
        }).ToList();
        _resolved = new Resolved(source, bindings);
        return bindings;
    }

    private static Dictionary<(string, string), IReadOnlyList<RbacRule>> Rules(TableSnapshot roles) => roles.In("").ToDictionary(
        stored => (stored.Namespace, stored.Name),
        stored => (IReadOnlyList<RbacRule>)[.. stored.ToJson().Array("rules").Objects().Select(rule => new RbacRule(rule))]);

    private static ApiStatus Refusal(Caller caller, RequestInfo request)
    {
        if (!request.IsAboutObjects)
            return new ApiStatus(403, "Forbidden", $"forbidden: User \"{caller.Name}\" cannot {request.Verb} path \"{request.Path}\"") { Details = new() };
        var resource = request.Group.Length == 0 ? request.Resource : $"{request.Resource}.{request.Group}";
        var named = request.Name.Length > 0 ? $" \"{request.Name}\"" : "";
        var full = request.Subresource.Length > 0 ? $"{request.Resource}/{request.Subresource}" : request.Resource;
        var where = request.Namespace.Length > 0 ? $"in the namespace \"{request.Namespace}\"" : "at the cluster scope";
        var message = $"{resource}{named} is forbidden: User \"{caller.Name}\" cannot {request.Verb} resource \"{full}\" in API group \"{request.Group}\" {where}";
        return new ApiStatus(403, "Forbidden", message) { Details = new() { Name = request.Name, Group = request.Group, Kind = request.Resource } };
    }
}

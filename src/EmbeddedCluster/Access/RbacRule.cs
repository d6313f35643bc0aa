using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster;

/// <summary>One rule of a role.</summary>
internal sealed class RbacRule(JsonObject rule)
{
    /// <summary>As the role has it.</summary>
    public JsonObject Content => rule;

    private readonly string[] _verbs = [.. rule.Array("verbs").Texts()];
    private readonly string[] _groups = [.. rule.Array("apiGroups").Texts()];
    private readonly string[] _resources = [.. rule.Array("resources").Texts()];
    private readonly string[] _names = [.. rule.Array("resourceNames").Texts()];
    private readonly string[] _paths = [.. rule.Array("nonResourceURLs").Texts()];

    public bool Allows(RequestInfo request)
    {
        if (!_verbs.Contains("*") && !_verbs.Contains(request.Verb)) return false;
        if (!request.IsAboutObjects) return _paths.Any(path => path == "*" || path == request.Path || (path.EndsWith('*') && request.Path.StartsWith(path[..^1], StringComparison.Ordinal)));
        return (_groups.Contains("*") || _groups.Contains(request.Group))
            && _resources.Any(resource => AllowsResource(resource, request))
            && (_names.Length == 0 || _names.Contains(request.Name));
    }

    private static bool AllowsResource(string allowed, RequestInfo request)
    {
        if (allowed == "*") return true;
        if (request.Subresource.Length == 0) return allowed == request.Resource;
        return allowed == $"{request.Resource}/{request.Subresource}" || allowed == $"*/{request.Subresource}";
    }
}

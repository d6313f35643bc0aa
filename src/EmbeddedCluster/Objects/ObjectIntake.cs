using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster;

/// <summary>The first look at what a client sent: type header, decoding, namespace.</summary>
internal static class ObjectIntake
{
    public static ApiStatus? Decode(ResourceDefinition resource, JsonObject content, WriteOptions options)
    {
        if (CheckHeader(resource, content, resource.IsCustom) is { } mistaken) return mistaken;
        var (error, unknown) = resource.Schema.Decode(content);
        if (error is not null) return ApiStatus.BadRequest(Unhandled(resource, error));
        (content["apiVersion"], content["kind"]) = (resource.GroupVersion, resource.Kind);
        if (unknown.Count == 0) return null;
        if (options.IsStrict)
            return ApiStatus.BadRequest(
                Unhandled(resource, "strict decoding error: " + string.Join(", ", unknown.Select(field => $"unknown field \"{field}\""))));
        if (!options.IsLenient) options.Warnings?.AddRange(unknown.Select(field => $"unknown field \"{field}\""));
        return null;
    }

    /// <summary>Decodes what is applied, of which each field counts that is there: none may be unknown, whatever the client says of validation.</summary>
    public static ApiStatus? DecodeApplied(ResourceDefinition resource, JsonObject content)
    {
        if (CheckHeader(resource, content, mustNameKind: true) is { } mistaken) return mistaken;
        if (content["metadata"].At("managedFields") is not null) return ApiStatus.BadRequest("metadata.managedFields must be nil");
        var (error, unknown) = resource.Schema.Decode(content, asSent: true);
        if (error is not null) return ApiStatus.BadRequest(Unhandled(resource, error));
        if (unknown.Count == 0) return null;
        var undeclared = unknown.Select(field => $".{field}: field not declared in schema").ToList();
        return ApiStatus.Failed(ApplyConflict.NotTyped(resource, content, undeclared is [var only] ? only : $"errors:\n  {string.Join("\n  ", undeclared)}"));
    }

    private static ApiStatus? CheckHeader(ResourceDefinition resource, JsonObject content, bool mustNameKind)
    {
        var (apiVersion, kind) = (content.Text("apiVersion") ?? "", content.Text("kind") ?? "");
        if (mustNameKind && kind.Length == 0)
            return ApiStatus.BadRequest($"Object 'Kind' is missing in '{content.ToJsonString()}'");
        if (apiVersion.Length > 0 && apiVersion != resource.GroupVersion)
            return ApiStatus.BadRequest(
                $"the API version in the data ({apiVersion}) does not match the expected API version ({resource.GroupVersion})");
        if (kind.Length > 0 && kind != resource.Kind)
            return ApiStatus.BadRequest(
                $"{kind} in version \"{resource.Version}\" cannot be handled as a {resource.Kind}: the kind in the data ({kind}) does not match the expected kind ({resource.Kind})");
        if (content["metadata"] is not (null or JsonObject))
            return ApiStatus.BadRequest(Unhandled(resource, "json: cannot unmarshal into Go struct field .metadata of type v1.ObjectMeta"));
        return null;
    }

    public static ApiStatus? PlaceInNamespace(ResourceDefinition resource, string ns, JsonObject content)
    {
        var metadata = content.Metadata();
        var own = metadata.Text("namespace") ?? "";
        if (!resource.IsNamespaced) metadata.Remove("namespace");
        else if (own.Length == 0) metadata["namespace"] = ns;
        else if (own != ns) return ApiStatus.BadRequest("the namespace of the provided object does not match the namespace sent on the request");
        return null;
    }

    public static void ResetStatus(ResourceDefinition resource, JsonObject content)
    {
        if (resource.Schema.EmptyStatus() is { } empty) content["status"] = empty;
        else content.Remove("status");
    }

    private static string Unhandled(ResourceDefinition resource, string why) =>
        $"{resource.Kind} in version \"{resource.Version}\" cannot be handled as a {resource.Kind}: {why}";
}

namespace Sidecars.EmbeddedCluster;

/// <content>The refusals of the real server, each with its code, reason and wording.</content>
public sealed partial record ApiStatus
{
    internal static ApiStatus BadRequest(string message) => new(400, "BadRequest", message);

    /// <summary>What the server did not foresee and passes on as it is, without a reason.</summary>
    internal static ApiStatus Failed(string message) => new(500, "", message);

    internal static ApiStatus Unauthorized() => new(401, "Unauthorized", "Unauthorized");

    internal static ApiStatus Forbidden(ResourceDefinition resource, string name, string why, params StatusCause[] causes) =>
        new(403, "Forbidden", $"{resource.GroupResource}{(name.Length > 0 ? $" \"{name}\"" : "")} is forbidden: {why}")
        {
            Details = new() { Name = name, Group = resource.Group, Kind = resource.Plural, Causes = causes },
        };

    internal static ApiStatus StillThere(ResourceDefinition resource, string name)
    {
        var exists = AlreadyExists(resource, name);
        return exists with { Message = "object is being deleted: " + exists.Message };
    }

    internal static ApiStatus NotFound(ResourceDefinition resource, string name) => new(404, "NotFound", $"{resource.GroupResource} \"{name}\" not found")
    {
        Details = new() { Name = name, Group = resource.Group, Kind = resource.Plural },
    };

    internal static ApiStatus NoSuchPath() => new(404, "NotFound", "the server could not find the requested resource") { Details = new() };

    internal static ApiStatus MethodNotAllowed() =>
        new(405, "MethodNotAllowed", "the server does not allow this method on the requested resource") { Details = new() };

    internal static ApiStatus AlreadyExists(ResourceDefinition resource, string name) =>
        new(409, "AlreadyExists", $"{resource.GroupResource} \"{name}\" already exists")
        {
            Details = new() { Name = name, Group = resource.Group, Kind = resource.Plural },
        };

    internal static ApiStatus Conflict(ResourceDefinition resource, string name, string why) =>
        new(409, "Conflict", $"Operation cannot be fulfilled on {resource.GroupResource} \"{name}\": {why}")
        {
            Details = new() { Name = name, Group = resource.Group, Kind = resource.Plural },
        };

    internal static ApiStatus Modified(ResourceDefinition resource, string name) =>
        Conflict(resource, name, "the object has been modified; please apply your changes to the latest version and try again");

    internal static ApiStatus OtherUid(ResourceDefinition resource, string name, string asked, string own) => NotAsAsked(resource, name,
        $"the UID in the precondition ({asked}) does not match the UID in record ({own}). The object might have been deleted and then recreated");

    internal static ApiStatus OtherVersion(ResourceDefinition resource, string name, string asked, long own) => NotAsAsked(resource, name,
        $"the ResourceVersion in the precondition ({asked}) does not match the ResourceVersion in record ({own}). The object might have been modified");

    // Of a deletion; the server names the kind here where it otherwise names the resource.
    private static ApiStatus NotAsAsked(ResourceDefinition resource, string name, string why) =>
        new(409, "Conflict", $"Operation cannot be fulfilled on {resource.GroupKind} \"{name}\": {why}")
        {
            Details = new() { Name = name, Group = resource.Group, Kind = resource.Kind },
        };

    internal static ApiStatus Expired(string message) => new(410, "Expired", message);

    internal static ApiStatus TooLarge() => new(413, "RequestEntityTooLarge", "Request entity too large: limit is 3145728");

    internal static ApiStatus UnsupportedMediaType(string message) => new(415, "UnsupportedMediaType", message);

    internal static ApiStatus NotAcceptable(string supported) =>
        new(406, "NotAcceptable", $"only the following media types are accepted: {supported}");

    internal static ApiStatus Invalid(string qualifiedKind, string group, string kind, string name, FieldErrors errors) =>
        new(422, "Invalid", $"{qualifiedKind} \"{name}\" is invalid: {errors.Summary}")
        {
            Details = new() { Name = name, Group = group, Kind = kind, Causes = errors.Causes },
        };

    internal static ApiStatus Invalid(ResourceDefinition resource, string name, FieldErrors errors) =>
        Invalid(resource.GroupKind, resource.Group, resource.Kind, name, errors);

    /// <summary>A write that has to name the version it is based on. The server names the resource here where it otherwise names the kind.</summary>
    internal static ApiStatus MustNameVersion(ResourceDefinition resource, string name)
    {
        var errors = new FieldErrors();
        errors.Invalid("metadata.resourceVersion", System.Text.Json.Nodes.JsonValue.Create(0), "must be specified for an update");
        return Invalid(resource.GroupResource, resource.Group, resource.Plural, name, errors);
    }

    internal static ApiStatus VersionTooLarge(long asked, long current) => new(504, "Timeout", $"Timeout: Too large resource version: {asked}, current: {current}")
    {
        Details = new() { Causes = [new("ResourceVersionTooLarge", "Too large resource version")], RetryAfterSeconds = 1 },
    };

    internal static ApiStatus TooManyRequests(int retryAfterSeconds) =>
        new(429, "TooManyRequests", "Too many requests, please try again later.") { Details = new() { RetryAfterSeconds = retryAfterSeconds } };
}

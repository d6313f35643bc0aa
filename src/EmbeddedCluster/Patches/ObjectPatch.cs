using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster;

/// <summary>A patch of one of the three formats, ready to be applied to any version of an object.</summary>
internal sealed class ObjectPatch(PatchKind kind, JsonNode patch)
{
    private const string CannotBeHandled = " cannot be handled as a ";
    private const string Rejected = "the server rejected our request due to an error in our request";

    /// <summary>The patched object in the requested version, or the refusal. The patch itself stays unchanged.</summary>
    public (JsonObject? Content, ApiStatus? Error) Apply(ResourceDefinition resource, StoredObject current)
    {
        var content = VersionConversion.Read(current, resource);
        if (kind == PatchKind.Json)
        {
            if (patch is not JsonArray operations) return (null, Undecodable("a JSON patch must be an array of operations"));
            return JsonPatch.Apply(content, operations) switch
            {
                (JsonObject patched, null) => (patched, null),
                (_, { IsMalformed: true } failure) => (null, Undecodable(failure.Message)),
                _ => (null, new ApiStatus(422, "Invalid", Rejected)
                {
                    // The server keeps to itself which operation it was.
                    Details = new(),
                }),
            };
        }
        if (patch is not JsonObject fields) return (null, Undecodable("the patch must be an object"));
        if (kind == PatchKind.Merge) return (MergePatch.Apply(content, fields), null);
        // A strategic patch is merged into the typed object, whose type it cannot change.
        var header = (content.Text("kind"), content.Text("apiVersion"));
        if (resource.Shape is not { } shape)
            return (null, ApiStatus.UnsupportedMediaType(
                "the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml"));
        var error = StrategicMergePatch.Apply(content, fields.DeepClone().AsObject(), shape);
        (content["kind"], content["apiVersion"]) = header;
        return error is null ? (content, null) : (null, ApiStatus.Failed(error));
    }

    /// <summary>
    /// The refusal of a patch whose result is no object of the kind any more. The server blames the field "patch" of a nameless object.
    /// </summary>
    public ApiStatus Blame(JsonObject result, ApiStatus unreadable)
    {
        var errors = new FieldErrors();
        var shown = kind == PatchKind.Strategic ? patch : result;
        var why = unreadable.Message.IndexOf(CannotBeHandled, StringComparison.Ordinal) is var at and >= 0
            && unreadable.Message.IndexOf(": ", at, StringComparison.Ordinal) is var colon and >= 0 ? unreadable.Message[(colon + 2)..] : unreadable.Message;
        errors.Invalid("patch", shown.ToJsonString(), why);
        return ApiStatus.Invalid("", "", "", "", errors);
    }

    private static ApiStatus Undecodable(string why) => ApiStatus.BadRequest($"error decoding patch: {why}");
}

using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster;

/// <summary>A patch of one of the three formats, ready to be applied to any version of an object.</summary>
internal sealed class ObjectPatch(PatchKind kind, JsonNode patch)
{
    private const string Rejected = "the server rejected our request due to an error in our request";

    /// <summary>The patched object in the requested version, or the refusal. The patch itself stays unchanged.</summary>
    public (JsonObject? Content, ApiStatus? Error) Apply(ResourceDefinition resource, StoredObject current)
    {
        var content = current.ToJson();
        content["apiVersion"] = resource.GroupVersion;
        if (kind == PatchKind.Json)
        {
            if (patch is not JsonArray operations) return (null, Undecodable("a JSON patch must be an array of operations"));
            return JsonPatch.Apply(content, operations) switch
            {
                (JsonObject patched, null) => (patched, null),
                (_, { IsMalformed: true } failure) => (null, Undecodable(failure.Message)),
                var (_, failure) => (null, new ApiStatus(422, "Invalid", Rejected)
                {
                    Details = new() { Causes = [new("UnexpectedServerResponse", failure?.Message ?? "the patch does not leave an object")] },
                }),
            };
        }
        if (patch is not JsonObject fields) return (null, Undecodable("the patch must be an object"));
        if (kind == PatchKind.Merge) return (MergePatch.Apply(content, fields), null);
        if (resource.Shape is not { } shape)
            return (null, ApiStatus.UnsupportedMediaType(
                "the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml"));
        var error = StrategicMergePatch.Apply(content, fields.DeepClone().AsObject(), shape);
        return error is null ? (content, null) : (null, Undecodable(error));
    }

    private static ApiStatus Undecodable(string why) => ApiStatus.BadRequest($"error decoding patch: {why}");
}

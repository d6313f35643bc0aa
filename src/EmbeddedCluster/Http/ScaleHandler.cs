using System.Globalization;
using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster;

/// <summary>
/// Answers requests about the scale of a workload: how many replicas it has and is to have, whatever its kind. A write changes that number and nothing
/// else, so that who may scale need not be allowed to change the workload.
/// </summary>
internal sealed class ScaleHandler(Storage storage)
{
    /// <summary>The kind that scales are told in; it has no path of its own.</summary>
    public static ResourceDefinition Kind { get; } = new()
    {
        Group = "autoscaling", Version = "v1", Plural = "scales", Kind = "Scale", IsNamespaced = true,
        Schema = new BuiltInSchema(KindTable.Find("autoscaling.Scale")), Shape = KindTable.Find("autoscaling.Scale"),
    };

    public async Task<Reply> Answer(ApiCall call, ResourceDefinition resource) => call.Request.Verb switch
    {
        "get" => Show(storage.Get(resource, call.Request.Namespace, call.Request.Name)),
        "update" or "patch" => await Write(call, resource),
        _ => Reply.Of(ApiStatus.MethodNotAllowed()),
    };

    private async Task<Reply> Write(ApiCall call, ResourceDefinition resource)
    {
        call.Body = await RequestBody.Read(call.Http.Request, call.Stop);
        if (call.Body is not { } body) return Reply.Of(ApiStatus.TooLarge());
        var found = storage.Get(resource, call.Request.Namespace, call.Request.Name);
        if (!found.IsOk) return Reply.Of(found.Error);
        var (content, error) = call.Request.Verb == "patch" ? Patched(body, call, found.Object) : body.AsObject(Kind.Shape);
        if ((error ?? (call.Request.Verb == "update" ? OptionChecks.Write("UpdateOptions", call.Query) : null)) is { } refused) return Reply.Of(refused);
        var options = ObjectHandler.Options(call);
        if (ObjectIntake.Decode(Kind, content!, options) is { } unreadable) return Reply.Of(unreadable);
        if (content!["metadata"].Text("name") is var name && name != call.Request.Name)
            return Reply.Of(ApiStatus.BadRequest($"the name of the object ({name}) does not match the name on the URL ({call.Request.Name})"));
        var replicas = content["spec"].Integer("replicas") ?? 0;
        if (replicas < 0)
        {
            var errors = new FieldErrors();
            errors.Invalid("spec.replicas", JsonValue.Create(replicas), "must be greater than or equal to 0");
            return Reply.Of(ApiStatus.Invalid(Kind, call.Request.Name, errors));
        }
        var change = new JsonObject { ["spec"] = new JsonObject { ["replicas"] = replicas } };
        // Whoever names a version means the workload's.
        if (content["metadata"].Text("resourceVersion") is { Length: > 0 } version) change["metadata"] = new JsonObject { ["resourceVersion"] = version };
        return Show(storage.Patch(resource, call.Request.Namespace, call.Request.Name, PatchKind.Merge, change, "scale", options));
    }

    private static (JsonObject? Content, ApiStatus? Error) Patched(RequestBody body, ApiCall call, StoredObject workload)
    {
        var (kind, patch, error) = body.AsPatch(acceptsStrategic: true);
        if ((error ?? OptionChecks.Patch(kind, call.Query)) is { } refused) return (null, refused);
        if (kind == PatchKind.Apply)
            return (null, ApiStatus.UnsupportedMediaType("this cluster does not apply to a scale: apply spec.replicas to the workload, or send application/merge-patch+json"));
        var scale = Scale(workload);
        // A patch that names no version is not held to the one it happened to be made on.
        scale.Metadata().Remove("resourceVersion");
        return (kind, patch) switch
        {
            (PatchKind.Json, JsonArray operations) => JsonPatch.Apply(scale, operations) is (JsonObject patched, null)
                ? (patched, null)
                : (null, new ApiStatus(422, "Invalid", "the server rejected our request due to an error in our request") { Details = new() }),
            (PatchKind.Merge or PatchKind.Strategic, JsonObject fields) => (MergePatch.Apply(scale, fields), null),
            _ => (null, ApiStatus.BadRequest("error decoding patch: the patch does not have the form of its kind")),
        };
    }

    private static Reply Show(StoreResult result) => result.IsOk ? Reply.Of(Scale(result.Object)) : Reply.Of(result.Error);

    private static JsonObject Scale(StoredObject workload)
    {
        var content = workload.ToJson();
        var metadata = new JsonObject();
        foreach (var field in (ReadOnlySpan<string>)["name", "namespace", "uid", "resourceVersion", "creationTimestamp"]) metadata.CopyFrom(content.Metadata(), field);
        metadata["resourceVersion"] = workload.Version.ToString(CultureInfo.InvariantCulture);
        var spec = new JsonObject();
        if (content["spec"].Integer("replicas") is > 0 and var replicas) spec["replicas"] = replicas;
        return new JsonObject
        {
            ["kind"] = Kind.Kind,
            ["apiVersion"] = Kind.GroupVersion,
            ["metadata"] = metadata,
            ["spec"] = spec,
            ["status"] = new JsonObject { ["replicas"] = content["status"].Integer("replicas") ?? 0, ["selector"] = Selector(content.Object("spec", "selector")) },
        };
    }

    private static string Selector(JsonObject? selector) => string.Join(',',
    [
        .. (selector.Object("matchLabels") ?? []).OrderBy(label => label.Key, StringComparer.Ordinal).Select(label => $"{label.Key}={JsonReading.AsText(label.Value)}"),
        .. selector.Array("matchExpressions").Objects().Select(expression => (expression.Text("key"), expression.Text("operator")) switch
        {
            (var key, "Exists") => key,
            (var key, "DoesNotExist") => "!" + key,
            var (key, does) => $"{key} {(does == "In" ? "in" : "notin")} ({string.Join(',', expression.Array("values").Texts().Order(StringComparer.Ordinal))})",
        }),
    ]);
}

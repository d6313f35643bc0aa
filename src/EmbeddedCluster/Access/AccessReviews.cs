using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster;

/// <summary>
/// Answers who the caller is and what he, or somebody else, may do, by the roles that decide requests. Where they decide none, everything is allowed.
/// </summary>
internal sealed class AccessReviews(RbacAuthorizer? authorizer, TimeProvider time)
{
    private const string Exactly = "exactly one of nonResourceAttributes or resourceAttributes must be specified";

    /// <summary>The review with its answer, in place.</summary>
    public ApiStatus? Answer(ResourceDefinition kind, Caller caller, JsonObject review)
    {
        if (kind == ReviewKinds.Self) return Introduce(caller, review);
        if (kind == ReviewKinds.SelfRules) return TellRules(caller, review);
        if (Check(kind, review) is { } wrong) return wrong;
        review["status"] = new JsonObject { ["allowed"] = authorizer?.Check(kind == ReviewKinds.SelfAccess ? caller : Named(review), Asked(review["spec"])) is null };
        return null;
    }

    private ApiStatus? Introduce(Caller caller, JsonObject review)
    {
        review.Metadata()["creationTimestamp"] = WireTime.Of(time.GetUtcNow());
        review["status"] = new JsonObject { ["userInfo"] = new JsonObject { ["username"] = caller.Name, ["groups"] = new JsonArray([.. caller.Groups.Select(group => (JsonNode)group)]) } };
        return null;
    }

    private ApiStatus? TellRules(Caller caller, JsonObject review)
    {
        if (review["spec"].Text("namespace") is not { Length: > 0 } ns) return ApiStatus.BadRequest("no namespace on request");
        var rules = authorizer?.RulesOf(caller, ns) ?? [JsonNode.Parse("""{"verbs":["*"],"apiGroups":["*"],"resources":["*"]}""")!.AsObject(), JsonNode.Parse("""{"verbs":["*"],"nonResourceURLs":["*"]}""")!.AsObject()];
        review["spec"] = new JsonObject();
        review["status"] = new JsonObject
        {
            ["resourceRules"] = new JsonArray([.. rules.Where(rule => rule["nonResourceURLs"] is null).Select(rule => rule.DeepClone())]),
            ["nonResourceRules"] = new JsonArray([.. rules.Where(rule => rule["nonResourceURLs"] is not null).Select(rule => rule.DeepClone())]),
            ["incomplete"] = false,
        };
        return null;
    }

    private static ApiStatus? Check(ResourceDefinition kind, JsonObject review)
    {
        var spec = review["spec"];
        var errors = new FieldErrors();
        var (resource, path) = (spec.Object("resourceAttributes"), spec.Object("nonResourceAttributes"));
        if (resource is not null && path is not null) errors.Invalid("spec.nonResourceAttributes", path, "cannot be specified in combination with resourceAttributes");
        else if (resource is null && path is null) errors.Invalid("spec.resourceAttributes", (JsonNode?)null, Exactly);
        if (kind == ReviewKinds.Access && string.IsNullOrEmpty(spec.Text("user")) && spec.Array("groups") is not { Count: > 0 })
            errors.Invalid("spec.user", "", "at least one of user or group must be specified");
        if (review.Metadata().Count > 0) errors.Invalid("metadata", review.Metadata(), "must be empty");
        return errors.Any ? ApiStatus.Invalid(kind, "", errors) : null;
    }

    private static RequestInfo Asked(JsonNode? spec)
    {
        string Of(string part, string field) => spec.Text(part, field) ?? "";
        const string resource = "resourceAttributes", path = "nonResourceAttributes";
        return spec.Object(path) is not null
            ? new RequestInfo(Of(path, "verb"), Of(path, "path"), "", "", "", "", "", "")
            : new RequestInfo(
                Of(resource, "verb"), "", Of(resource, "group"), Of(resource, "version"), Of(resource, "resource"), Of(resource, "subresource"),
                Of(resource, "namespace"), Of(resource, "name"));
    }

    private static Caller Named(JsonObject review) => new(review["spec"].Text("user") ?? "", [.. review["spec"].Array("groups").Texts()]);
}

using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Sidecars.EmbeddedCluster;

/// <summary>
/// The options of a write: the server refuses values it does not know instead of passing over them, so a client that asks for a dry run in the
/// wrong words does not write for real.
/// </summary>
internal static class OptionChecks
{
    private const string All = "All";
    private const int LongestManager = 128;

    /// <summary>Of a create, an update or a patch; <paramref name="kind"/> is the type of its options.</summary>
    public static ApiStatus? Write(string kind, IQueryCollection query)
    {
        var errors = new FieldErrors();
        CheckDryRun([.. query["dryRun"].Select(value => value ?? "")], errors);
        if (query["fieldManager"].ToString() is { Length: > LongestManager }) errors.TooLong("fieldManager", LongestManager);
        else if (query["fieldManager"].ToString().Any(char.IsControl)) errors.Invalid("fieldManager", query["fieldManager"].ToString(), "should only contain printable characters");
        if (query["fieldValidation"].ToString() is var validation and not ("" or "Ignore" or "Strict" or "Warn"))
            errors.NotSupported("fieldValidation", validation, "", "Ignore", "Strict", "Warn");
        return Refusal(kind, errors);
    }

    /// <summary>Of a patch: an apply must say whose it is, and nothing else can be forced.</summary>
    public static ApiStatus? Patch(PatchKind kind, IQueryCollection query)
    {
        var errors = new FieldErrors();
        if (kind == PatchKind.Apply && query["fieldManager"].ToString().Length == 0) errors.Required("fieldManager", "is required for apply patch");
        if (kind != PatchKind.Apply && QueryFlags.IsSet(query["force"])) errors.Forbidden("force", "may not be specified for non-apply patch");
        return Refusal("PatchOptions", errors) ?? Write("PatchOptions", query);
    }

    /// <summary>Of a delete, said in its body or, where it has none, in the query.</summary>
    public static ApiStatus? Delete(JsonObject? body, IQueryCollection query)
    {
        if (body.Text("kind") is { Length: > 0 } kind and not "DeleteOptions")
            return ApiStatus.BadRequest($"no kind \"{kind}\" is registered for version \"{body.Text("apiVersion")}\"");
        if (query["gracePeriodSeconds"].ToString() is { Length: > 0 } grace && !long.TryParse(grace, out _))
            return ApiStatus.BadRequest($"strconv.ParseInt: parsing {FieldErrors.Quote(grace)}: invalid syntax");
        var errors = new FieldErrors();
        var policy = body.Text("propagationPolicy") ?? (query["propagationPolicy"].ToString() is { Length: > 0 } asked ? asked : null);
        if (policy is not null && body?["orphanDependents"] is not null)
            errors.Invalid("propagationPolicy", policy, "orphanDependents and deletionPropagation cannot be both set");
        if (policy is not (null or "Foreground" or "Background" or "Orphan"))
            errors.NotSupported("propagationPolicy", policy, "Foreground", "Background", "Orphan", "nil");
        CheckDryRun([.. body.Array("dryRun").Texts(), .. query["dryRun"].Select(value => value ?? "")], errors);
        return Refusal("DeleteOptions", errors);
    }

    private static void CheckDryRun(string[] values, FieldErrors errors)
    {
        if (values.Any(value => value != All)) errors.NotSupported("dryRun", new JsonArray([.. values.Select(value => (JsonNode)value)]), All);
    }

    private static ApiStatus? Refusal(string kind, FieldErrors errors) => errors.Any ? ApiStatus.Invalid(kind + ".meta.k8s.io", "meta.k8s.io", kind, "", errors) : null;
}

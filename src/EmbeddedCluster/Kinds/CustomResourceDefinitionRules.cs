using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster;

/// <summary>
/// Definitions of custom resources. They are established in the same write that creates them: there is no other definition here whose names could
/// collide later.
/// </summary>
internal sealed class CustomResourceDefinitionRules : KindRules
{
    private const string Approval = "api-approved.kubernetes.io";
    private const string ApprovalCondition = "KubernetesAPIApprovalPolicyConformant";

    public override bool TracksGeneration => true;

    public override bool AllowsUnconditionalUpdate => false;

    public override bool StatusKeepsMetadata => true;

    public override void SetDefaults(JsonObject content)
    {
        var spec = content.Child("spec");
        var names = spec.Child("names");
        if (names.Text("kind") is { Length: > 0 } kind)
        {
            if (string.IsNullOrEmpty(names.Text("singular"))) names["singular"] = kind.ToLowerInvariant();
            if (string.IsNullOrEmpty(names.Text("listKind"))) names["listKind"] = kind + "List";
        }
        spec.Child("conversion").Default("strategy", "None");
    }

    public override void PrepareForCreate(JsonObject content, DateTimeOffset now)
    {
        var at = WireTime.Of(now);
        var conditions = new JsonArray(
            Condition("NamesAccepted", "NoConflicts", "no conflicts found", at),
            Condition("Established", "InitialNamesAccepted", "the initial names have been accepted", at));
        if (IsProtected(content)) conditions.Add((JsonNode)Approved(content, at));
        content["status"] = new JsonObject
        {
            ["conditions"] = conditions,
            ["acceptedNames"] = content["spec"].At("names")?.DeepClone(),
            ["storedVersions"] = new JsonArray(StorageVersion(content)),
        };
    }

    public override void PrepareForUpdate(JsonObject content, JsonObject old)
    {
        var status = content.Child("status");
        if (status.Array("conditions").Objects().FirstOrDefault(known => known.Text("type") == ApprovalCondition) is { } condition)
            foreach (var (field, value) in Approved(content, condition.Text("lastTransitionTime") ?? "")) condition[field] = value?.DeepClone();
        status["acceptedNames"] = content["spec"].At("names")?.DeepClone();
        var stored = status.Array("storedVersions").Texts().ToList();
        if (StorageVersion(content) is { } version && !stored.Contains(version))
            status["storedVersions"] = new JsonArray([.. stored.Append(version).Select(name => (JsonNode)name)]);
    }

    public override void Validate(JsonObject content, FieldErrors errors)
    {
        var spec = content["spec"];
        var (group, plural) = (spec.Text("group") ?? "", spec.Text("names", "plural") ?? "");
        if (group.Length == 0) errors.Required("spec.group");
        if (plural.Length == 0) errors.Required("spec.names.plural");
        if (string.IsNullOrEmpty(spec.Text("names", "kind"))) errors.Required("spec.names.kind");
        var name = content["metadata"].Text("name") ?? "";
        if (name != $"{plural}.{group}") errors.Invalid("metadata.name", name, "must be spec.names.plural+\".\"+spec.group");
        if (spec.Text("scope") is var scope and not ("Namespaced" or "Cluster")) errors.NotSupported("spec.scope", scope ?? "", "Cluster", "Namespaced");
        if (IsProtected(content)) CheckApproval(content, errors);
        CheckVersions(spec.Array("versions").Objects().ToList(), errors);
    }

    public override void ValidateUpdate(JsonObject content, JsonObject old, FieldErrors errors)
    {
        CheckImmutable(content["spec"].At("group"), old["spec"].At("group"), "spec.group", errors);
        CheckImmutable(content["spec"].At("scope"), old["spec"].At("scope"), "spec.scope", errors);
        CheckImmutable(content["spec"].At("names", "kind"), old["spec"].At("names", "kind"), "spec.names.kind", errors);
        CheckImmutable(content["spec"].At("names", "plural"), old["spec"].At("names", "plural"), "spec.names.plural", errors);
    }

    private static void CheckApproval(JsonObject content, FieldErrors errors)
    {
        const string see = "see https://github.com/kubernetes/enhancements/pull/1111";
        var approval = content.Text("metadata", "annotations", Approval) ?? "";
        var field = $"metadata.annotations[{Approval}]";
        if (approval.Length == 0) errors.Required(field, $"protected groups must have approval annotation \"{Approval}\", {see}");
        else if (!IsUnapproved(approval) && !(approval.Contains("://", StringComparison.Ordinal) && Uri.TryCreate(approval, UriKind.Absolute, out var url) && url.Host.Length > 0))
            errors.Invalid(field, approval, $"protected groups must have approval annotation \"{Approval}\" with either a URL or a reason starting with \"unapproved\", {see}");
    }

    private static bool IsUnapproved(string approval) => approval.StartsWith("unapproved", StringComparison.Ordinal);

    private static JsonObject Approved(JsonObject content, string at)
    {
        var approval = content.Text("metadata", "annotations", Approval) ?? "";
        if (!IsUnapproved(approval)) return Condition(ApprovalCondition, "ApprovedAnnotation", $"approved in {approval}", at);
        var condition = Condition(ApprovalCondition, "UnapprovedAnnotation", $"not approved: {FieldErrors.Quote(approval)}", at);
        condition["status"] = "False";
        return condition;
    }

    private static void CheckVersions(List<JsonObject> versions, FieldErrors errors)
    {
        if (versions.Count == 0) errors.Required("spec.versions", "must have at least one version");
        if (versions.Count > 0 && versions.Count(version => version.Flag("storage") == true) != 1)
            errors.Invalid("spec.versions", new JsonArray([.. versions.Select(version => version["name"]?.DeepClone())]), "must have exactly one version marked as storage version");
        for (var i = 0; i < versions.Count; i++)
        {
            var path = $"spec.versions[{i}]";
            if (Names.CheckLabel(versions[i].Text("name") ?? "") is { } wrong) errors.Invalid(path + ".name", versions[i].Text("name") ?? "", wrong);
            if (versions[i].Object("schema", "openAPIV3Schema") is not { } schema) errors.Required(path + ".schema.openAPIV3Schema", "schemas are required");
            else if (schema.Text("type") != "object") errors.Invalid(path + ".schema.openAPIV3Schema.type", schema.Text("type") ?? "", "must be object at the root");
        }
        if (versions.Count > 0) DefinitionSchemaRules.Check(versions, errors);
    }

    private static bool IsProtected(JsonObject content) =>
        content["spec"].Text("group") is { } group && (group.EndsWith(".k8s.io", StringComparison.Ordinal) || group.EndsWith(".kubernetes.io", StringComparison.Ordinal) || group is "k8s.io" or "kubernetes.io");

    private static string? StorageVersion(JsonObject content) =>
        content["spec"].Array("versions").Objects().FirstOrDefault(version => version.Flag("storage") == true).Text("name");

    private static JsonObject Condition(string type, string reason, string message, string at) => new()
    {
        ["type"] = type,
        ["status"] = "True",
        ["lastTransitionTime"] = at,
        ["reason"] = reason,
        ["message"] = message,
    };
}

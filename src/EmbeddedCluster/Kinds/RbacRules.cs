using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster;

/// <summary>Roles and bindings: free names, complete rules, and a role reference that never changes.</summary>
internal sealed class RbacRules(bool isBinding) : KindRules
{
    private const string Group = "rbac.authorization.k8s.io";

    public override bool AllowsCreateOnUpdate => true;

    public override string? CheckName(string name, bool isPrefix) => Names.CheckPathSegment(name);

    public override void SetDefaults(JsonObject content)
    {
        if (!isBinding) return;
        var role = content.Child("roleRef");
        if (string.IsNullOrEmpty(role.Text("apiGroup"))) role["apiGroup"] = Group;
        foreach (var subject in content.Array("subjects").Objects())
            if (string.IsNullOrEmpty(subject.Text("apiGroup")) && subject.Text("kind") is "User" or "Group") subject["apiGroup"] = Group;
    }

    public override void Validate(JsonObject content, FieldErrors errors)
    {
        if (!isBinding)
        {
            var index = 0;
            foreach (var rule in content.Array("rules").Objects()) CheckRule(rule, $"rules[{index++}]", errors);
            return;
        }
        if (content["roleRef"].Text("apiGroup") != Group) errors.NotSupported("roleRef.apiGroup", content["roleRef"].Text("apiGroup") ?? "", Group);
        if (content["roleRef"].Text("kind") is not ("Role" or "ClusterRole"))
            errors.NotSupported("roleRef.kind", content["roleRef"].Text("kind") ?? "", "ClusterRole", "Role");
        if (string.IsNullOrEmpty(content["roleRef"].Text("name"))) errors.Required("roleRef.name");
        var at = 0;
        foreach (var subject in content.Array("subjects").Objects())
        {
            var path = $"subjects[{at++}]";
            if (string.IsNullOrEmpty(subject.Text("name"))) errors.Required(path + ".name");
            if (subject.Text("kind") is not ("User" or "Group" or "ServiceAccount"))
                errors.NotSupported(path + ".kind", subject.Text("kind") ?? "", "Group", "ServiceAccount", "User");
            if (subject.Text("kind") == "ServiceAccount" && string.IsNullOrEmpty(subject.Text("namespace"))) errors.Required(path + ".namespace");
        }
    }

    public override void ValidateUpdate(JsonObject content, JsonObject old, FieldErrors errors)
    {
        if (isBinding && !JsonNode.DeepEquals(content["roleRef"], old["roleRef"])) errors.Invalid("roleRef", content["roleRef"], "cannot change roleRef");
    }

    private static void CheckRule(JsonObject rule, string path, FieldErrors errors)
    {
        if (rule.Array("verbs") is not { Count: > 0 }) errors.Required(path + ".verbs", "verbs must contain at least one value");
        if (rule.Array("nonResourceURLs") is { Count: > 0 }) return;
        if (rule.Array("apiGroups") is not { Count: > 0 }) errors.Required(path + ".apiGroups", "resource rules must supply at least one api group");
        if (rule.Array("resources") is not { Count: > 0 }) errors.Required(path + ".resources", "resource rules must supply at least one resource");
    }
}

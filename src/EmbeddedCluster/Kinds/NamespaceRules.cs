using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster;

/// <summary>Namespaces: active until deleted, then terminating until they are empty.</summary>
internal sealed class NamespaceRules : KindRules
{
    public override string? CheckName(string name, bool isPrefix) => Names.CheckLabel(isPrefix ? Names.MaskTrailingDash(name) : name);

    public override void SetDefaults(JsonObject content)
    {
        var metadata = content.Metadata();
        if (metadata.Text("name") is { Length: > 0 } name) metadata.Child("labels")["kubernetes.io/metadata.name"] = name;
    }

    public override void PrepareForCreate(JsonObject content, DateTimeOffset now)
    {
        content.Child("status")["phase"] = "Active";
        content.Child("spec")["finalizers"] = new JsonArray("kubernetes");
    }

    public override void PrepareForUpdate(JsonObject content, JsonObject old) => content.Child("spec").CopyFrom(old["spec"] as JsonObject, "finalizers");

    public override void PrepareForDeletion(JsonObject content) => content.Child("status")["phase"] = "Terminating";
}

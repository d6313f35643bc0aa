using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster;

/// <summary>
/// Between the versions of a custom resource. Objects are kept in the storage version; going to another one changes the type header, and drops
/// what the schema there does not know. What was dropped on the way in is lost, as on a real server without a conversion webhook.
/// </summary>
internal static class VersionConversion
{
    /// <summary>A stored object in a version of its resource: a copy that the caller may change.</summary>
    public static JsonObject Read(StoredObject stored, ResourceDefinition resource)
    {
        var content = stored.ToJson();
        Change(content, stored.Resource, resource);
        return content;
    }

    /// <summary>Brings what was written in one version into the one it is kept in, and returns that.</summary>
    public static ResourceDefinition Store(JsonObject content, ResourceDefinition resource)
    {
        Change(content, resource, resource.StoredAs);
        return resource.StoredAs;
    }

    /// <summary>True when the texts of two versions differ in the type header alone.</summary>
    public static bool HaveOneForm(ResourceDefinition one, ResourceDefinition other) => ReferenceEquals(one, other) || one.Form == other.Form;

    private static void Change(JsonObject content, ResourceDefinition from, ResourceDefinition to)
    {
        if (to.IsCustom) content["apiVersion"] = to.GroupVersion;
        if (HaveOneForm(from, to)) return;
        to.Schema.Decode(content);
        to.Rules.SetDefaults(content);
    }
}

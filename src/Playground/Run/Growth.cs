using System.Text.Json;
using System.Text.Json.Nodes;
using Sidecars.Hosting;

namespace Sidecars.Playground;

/// <summary>A claim that asks for more while a pod uses it: what has to be true once the driver has made its volume larger and the node has followed.</summary>
internal sealed class Growth(ClusterState state, string driverName, JsonObject wish)
{
    public const string Resizer = "csi-resizer";

    private const string Claims = "persistentvolumeclaims";

    private string Size => wish["spec"]!["resources"]!["requests"]!["storage"]!.ToString();

    public IEnumerable<Step> Steps()
    {
        yield return new Step(
            $"the volume of {ObjectName.Of(wish)} has {Size} at {driverName}", Resizer, () => Has(Volume, "spec", "capacity", "storage"),
            () => Volume is { } volume ? ObjectSummary.Of("PersistentVolume", volume) : "there is no PersistentVolume");
        yield return new Step(
            $"{ObjectName.Of(wish)} has {Size}, which its node has followed", Story.Kubelet,
            () => Has(Claim, "status", "capacity", "storage") && !IsUnderWay(Claim!.Value), () => state.Tell(Claims, wish))
        { Deed = "a claim grown while its pod uses it" };
    }

    private JsonElement? Claim => state.Find(Claims, wish)?.Root;

    private JsonElement? Volume => Claim is { } claim ? state.Find("persistentvolumes", ObjectSummary.Text(claim, "spec", "volumeName"))?.Root : null;

    private bool Has(JsonElement? content, params ReadOnlySpan<string> path) =>
        content is { } found && Quantity.TryParse(ObjectSummary.Text(found, path), out var has) && Quantity.TryParse(Size, out var wanted) && has >= wanted;

    // The state of a growth goes with its last condition, once the node is through.
    private static bool IsUnderWay(JsonElement claim) => claim.GetProperty("status").TryGetProperty("allocatedResourceStatuses", out _);
}

using System.Text;
using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster;

/// <summary>What drivers a node has: entries come and go, but do not change while they are there.</summary>
internal sealed class CsiNodeRules : KindRules
{
    private const int LongestNodeId = 256;

    public override bool AllowsUnconditionalUpdate => false;

    public override bool ReturnsDeletedObject => true;

    public override void Validate(JsonObject content, FieldErrors errors)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var index = 0;
        foreach (var driver in content["spec"].Array("drivers").Objects())
        {
            var path = $"spec.drivers[{index++}]";
            var name = driver.Text("name") ?? "";
            VolumeChecks.CheckDriverName(name, path + ".name", errors);
            if (!names.Add(name)) errors.Duplicate(path + ".name", name);
            var nodeId = driver.Text("nodeID") ?? "";
            if (nodeId.Length == 0) errors.Required(path + ".nodeID");
            else if (Encoding.UTF8.GetByteCount(nodeId) > LongestNodeId)
                errors.Invalid(path + ".nodeID", nodeId, $"must be {LongestNodeId} characters or less");
            var keys = new HashSet<string>(StringComparer.Ordinal);
            foreach (var key in driver.Array("topologyKeys").Texts())
            {
                if (!keys.Add(key)) errors.Duplicate(path + ".topologyKeys", key);
                if (Names.CheckQualified(key) is { } wrong) errors.Invalid(path + ".topologyKeys", key, wrong);
            }
            if (driver.Integer("allocatable", "count") is < 0 and var count)
                errors.Invalid(path + ".allocatable.count", JsonValue.Create(count), "must be greater than or equal to 0");
        }
    }

    public override void ValidateUpdate(JsonObject content, JsonObject old, FieldErrors errors)
    {
        var before = old["spec"].Array("drivers").Objects().ToDictionary(driver => driver.Text("name") ?? "", StringComparer.Ordinal);
        var index = 0;
        foreach (var driver in content["spec"].Array("drivers").Objects())
        {
            var path = $"spec.drivers[{index++}]";
            // The attach limit may be corrected later; identity and topology may not.
            if (before.TryGetValue(driver.Text("name") ?? "", out var same))
                foreach (var field in (ReadOnlySpan<string>)["nodeID", "topologyKeys"])
                    CheckImmutable(driver[field], same[field], $"{path}.{field}", errors);
        }
    }
}

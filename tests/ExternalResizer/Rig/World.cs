using System.Text.Json.Nodes;
using Sidecars.EmbeddedCluster;
using Sidecars.Tests.Support;
using Sidecars.Tests.Support.Controllers;

namespace Sidecars.ExternalResizer.Tests;

/// <summary>The state of the cluster with what a resizer works on.</summary>
internal sealed class World : ClusterWorld
{
    private readonly Storage _storage;

    public World(Storage storage) : base(storage) => _storage = storage;

    public const string AttributesClasses = "volumeattributesclasses";
    public const string Pods = "pods";
    public const string PreResize = "volume.alpha.kubernetes.io/pre-resize-capacity";
    public const string NotRequired = "volume.kubernetes.io/node-expansion-not-required";

    /// <summary>The claim and its volume.</summary>
    public void Add(TestClaim made)
    {
        AddClaim(made);
        AddVolume(made);
    }

    public StoredObject AddClaim(TestClaim made)
    {
        Create(Claims, made.ToClaim());
        return Patch(Claims, made.Name, made.ToStatus().ToJsonString(), "status");
    }

    public StoredObject AddVolume(TestClaim made) => Create(Volumes, made.ToVolume(Text(Find(Claims, made.Name), "metadata", "uid")));

    public StoredObject AddAttributesClass(string name, string driver = ScriptedDriverOptions.DefaultName, string iops = "5000") => Create(AttributesClasses, new JsonObject
    {
        ["metadata"] = new JsonObject { ["name"] = name }, ["driverName"] = driver, ["parameters"] = new JsonObject { ["iops"] = iops },
    });

    /// <summary>A pod that uses the claim, waiting for its node.</summary>
    public StoredObject AddPod(string name, string claim) => Create(Pods, new JsonObject
    {
        ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = Namespace },
        ["spec"] = new JsonObject
        {
            ["containers"] = new JsonArray(new JsonObject { ["name"] = "c", ["image"] = "i" }),
            ["volumes"] = new JsonArray(new JsonObject { ["name"] = "v", ["persistentVolumeClaim"] = new JsonObject { ["claimName"] = claim } }),
        },
    });

    public StoredObject EndPod(string name, string phase) => Patch(Pods, name, $$$"""{"status":{"phase":"{{{phase}}}"}}""", "status", Namespace);

    public StoredObject? FindPod(string name) => _storage.Get(Pods, Namespace, name).Object;

    public void DeletePod(string name) => _ = _storage.Delete(Pods, Namespace, name, new DeleteOptions { GracePeriodSeconds = 0 }).Value;

    public void Ask(string size, string claim = "a") => Patch(Claims, claim, $$$$$"""{"spec":{"resources":{"requests":{"storage":"{{{{{size}}}}}"}}}}""");

    public void Name(string attributesClass, string claim = "a") => Patch(Claims, claim, $$$"""{"spec":{"volumeAttributesClassName":"{{{attributesClass}}}"}}""");

    public string SizeOf(string claim = "a") => Text(Find(Claims, claim), "status", "capacity", "storage");

    public string VolumeSizeOf(string claim = "a") => Text(Find(Volumes, $"pv-{claim}"), "spec", "capacity", "storage");

    public string StateOf(string claim = "a") => StateOf(Find(Claims, claim));

    public static string StateOf(JsonObject? claim) => Text(claim, "status", "allocatedResourceStatuses", "storage");

    public string AllocatedOf(string claim = "a") => Text(Find(Claims, claim), "status", "allocatedResources", "storage");

    /// <summary>Types of the conditions, in their order.</summary>
    public static string[] Conditions(JsonObject? claim) => [.. (claim?["status"]?["conditions"] as JsonArray ?? []).Select(c => Text(c, "type"))];

    public string[] Conditions(string claim = "a") => Conditions(Find(Claims, claim));

    public static string MessageOf(JsonObject? claim, string condition) =>
        Text((claim?["status"]?["conditions"] as JsonArray ?? []).FirstOrDefault(c => Text(c, "type") == condition), "message");

    public Task<JsonObject> UntilSized(string size, string claim = "a") => Until(Claims, claim, c => Text(c, "status", "capacity", "storage") == size);

    public Task<JsonObject> UntilState(string state, string claim = "a") => Until(Claims, claim, c => StateOf(c) == state);

    public Task<JsonObject> UntilCondition(string condition, string text = "", string claim = "a") =>
        Until(Claims, claim, c => Conditions(c).Contains(condition) && MessageOf(c, condition).Contains(text, StringComparison.Ordinal));

    public Task<JsonObject> UntilClass(string attributesClass, string claim = "a") =>
        Until(Claims, claim, c => Text(c, "status", "currentVolumeAttributesClassName") == attributesClass && c["status"]!["modifyVolumeStatus"] is null);

    public Task<JsonObject> UntilModify(string status, string claim = "a") => Until(Claims, claim, c => Text(c, "status", "modifyVolumeStatus", "status") == status);

    public Task<JsonObject> UntilEvent(string reason, string text = "", string claim = "a") => UntilEventObject(claim, reason, text);
}

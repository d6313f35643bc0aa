using System.Text.Json.Nodes;
using Sidecars.EmbeddedCluster;
using Sidecars.ExternalProvisioner.Capacity;
using Sidecars.Kubernetes.Http;
using Sidecars.Tests.Support;

namespace Sidecars.ExternalProvisioner.Tests.Capacity;

/// <summary>Rigs that publish capacity, and the objects they publish.</summary>
internal abstract class CapacityRigTest : RigTest
{
    protected const string Capacities = "csistoragecapacities";
    protected const string OurLabels = """{"csi.storage.k8s.io/drivername":"csi.example.com","csi.storage.k8s.io/managed-by":"external-provisioner"}""";

    /// <summary>Shorter than a request to the server may take, so that moving the clock by it breaks none off that is just being answered.</summary>
    private protected static readonly TimeSpan Poll = TimeSpan.FromSeconds(30);

    private protected static CapacityOptions Published { get; } =
        new() { IsEnabled = true, Namespace = World.Namespace, OwnerLevel = -1, Rate = new RequestRate(-1, 0), PollInterval = Poll };

    /// <summary>With topology, as the driver says; without it, otherwise.</summary>
    private protected static RigOptions Options(bool hasTopology = true, bool clockStands = false, CapacityOptions? capacity = null)
    {
        var options = clockStands ? RigOptions.WithStandingClock : new RigOptions();
        return options with
        {
            Driver = new ScriptedDriverOptions
            {
                PluginCapabilities = hasTopology ? ["CONTROLLER_SERVICE", "VOLUME_ACCESSIBILITY_CONSTRAINTS"] : ["CONTROLLER_SERVICE"],
                ControllerCapabilities = ["CREATE_DELETE_VOLUME", "GET_CAPACITY"],
            },
            Provisioner = options.Provisioner with { Capacity = capacity ?? Published, Timeout = TimeSpan.FromMinutes(30) },
        };
    }

    private protected static void AddNode(ProvisionerRig rig, string name, string? zone) => AddNode(rig.World, name, zone);

    private protected static void AddNode(World world, string name, string? zone)
    {
        world.Create("nodes", Json($$"""{"metadata":{"name":"{{name}}","labels":{"zone":"{{zone}}","other":"o"} } }"""));
        var keys = zone is null ? "" : "\"zone\"";
        world.Create("csinodes", Json($$"""
            {"metadata":{"name":"{{name}}"},"spec":{"drivers":[{"name":"csi.example.com","nodeID":"id-{{name}}","topologyKeys":[{{keys}}]}]} }
            """));
    }

    /// <summary>An object with our labels, or with others.</summary>
    private protected static StoredObject AddObject(ProvisionerRig rig, string name, string zone, string storageClass = "fast", string labels = OurLabels, string capacity = "1Gi", string more = "") =>
        rig.World.Create(Capacities, Json($$$"""
            {"metadata":{"name":"{{{name}}}","namespace":"default","labels":{{{labels}}}{{{more}}} },"storageClassName":"{{{storageClass}}}","capacity":"{{{capacity}}}",
             "nodeTopology":{"matchLabels":{"zone":"{{{zone}}}"} } }
            """));

    private protected static void Answer(ProvisionerRig rig, long capacity, long? largest = null) => rig.Driver.Answer("GetCapacity",
        DriverRule.Answer($$"""{"available_capacity":"{{capacity}}"{{(largest is null ? "" : $",\"maximum_volume_size\":\"{largest}\"")}} }"""));

    /// <summary>Completes when so many objects were created; the check at the start asks to create one that is refused.</summary>
    private protected static Task UntilCreated(ProvisionerRig rig, int count) => rig.Cluster.Requests.WaitFor(To("create", Capacities), count + 1).WithinLimit();

    private protected static Task UntilUpdated(ProvisionerRig rig, int count) => rig.Cluster.Requests.WaitFor(To("update", Capacities), count).WithinLimit();

    /// <summary>Writes that the server took, by verb.</summary>
    private protected static int Writes(ProvisionerRig rig, string verb) =>
        rig.Cluster.Requests.Entries.Count(r => r.Request.Verb == verb && r.Request.Resource == Capacities && r.Code is 200 or 201);

    /// <summary>What is published: class, zone and capacity of each object, sorted.</summary>
    private protected static string[] PublishedBy(ProvisionerRig rig) =>
    [
        .. rig.World.All(Capacities).Select(o =>
            $"{World.Text(o, "storageClassName")} {(o["nodeTopology"] is null ? "nowhere" : World.Text(o, "nodeTopology", "matchLabels", "zone"))} {World.Text(o, "capacity")}").Order(StringComparer.Ordinal),
    ];

    private protected static JsonObject Json(string text) => JsonNode.Parse(text)!.AsObject();
}

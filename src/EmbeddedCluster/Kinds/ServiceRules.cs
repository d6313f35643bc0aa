using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster;

/// <summary>
/// Services: defaults, an address and node ports given out in turn, and the checks a chart is likely to meet. Nothing listens at the address.
/// </summary>
internal sealed class ServiceRules : KindRules
{
    private const int FirstNodePort = 30000, NodePorts = 2768;
    private const string Headless = "None";
    private const string SetOnce = "may not change once set";

    // The addresses of 10.96.0.0/12, as most clusters have them; the first is the API server's own.
    private const uint FirstAddress = 0x0A600002, Addresses = 0xFFFFC;

    private int _given = -1;
    private int _givenPorts = -1;

    public override bool ReturnsDeletedObject => true;

    public override string? CheckName(string name, bool isPrefix) => Names.CheckLabel(isPrefix ? Names.MaskTrailingDash(name) : name);

    public override void SetDefaults(JsonObject content)
    {
        var spec = content.Child("spec");
        spec.Default("type", "ClusterIP");
        spec.Default("sessionAffinity", "None");
        if (spec.Text("sessionAffinity") == "ClientIP") spec.Child("sessionAffinityConfig").Child("clientIP").Default("timeoutSeconds", 10800);
        foreach (var port in spec.Array("ports").Objects())
        {
            port.Default("protocol", "TCP");
            if (port["targetPort"] is null || port.Integer("targetPort") == 0 || port.Text("targetPort")?.Length == 0) port["targetPort"] = port["port"]?.DeepClone() ?? 0;
        }
        if (spec.Text("type") == "ExternalName") return;
        spec.Default("internalTrafficPolicy", "Cluster");
        if (IsExposed(spec)) spec.Default("externalTrafficPolicy", "Cluster");
        if (spec.Text("type") == "LoadBalancer") spec.Default("allocateLoadBalancerNodePorts", true);
    }

    public override void PrepareForCreate(JsonObject content, DateTimeOffset now) => GiveOut(content.Child("spec"));

    /// <summary>A client that leaves out what was given out keeps it.</summary>
    public override void PrepareForUpdate(JsonObject content, JsonObject old)
    {
        var (spec, before) = (content.Child("spec"), old.Child("spec"));
        DropWithType(spec, before);
        if (spec.Text("type") != "ExternalName" && before.Text("type") != "ExternalName")
            foreach (var field in (ReadOnlySpan<string>)["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"])
                if (spec[field] is null) spec.CopyFrom(before, field);
        if (IsExposed(spec) && IsExposed(before))
            foreach (var port in spec.Array("ports").Objects())
                if ((port.Integer("nodePort") ?? 0) == 0
                    && before.Array("ports").Objects().FirstOrDefault(other => Same(other, port, "port") && Same(other, port, "protocol")) is { } same)
                    port.CopyFrom(same, "nodePort");
        GiveOut(spec);
    }

    public override void Validate(JsonObject content, FieldErrors errors)
    {
        var spec = content["spec"];
        var (type, address) = (spec.Text("type") ?? "", spec.Text("clusterIP") ?? "");
        var ports = spec.Array("ports");
        if (type is not ("ClusterIP" or "ExternalName" or "LoadBalancer" or "NodePort")) errors.NotSupported("spec.type", type, "ClusterIP", "ExternalName", "LoadBalancer", "NodePort");
        if (ports is not { Count: > 0 } && address != Headless && type != "ExternalName") errors.Required("spec.ports");
        if (type == "ExternalName")
        {
            var name = (spec.Text("externalName") ?? "").TrimEnd('.');
            if (name.Length == 0) errors.Required("spec.externalName");
            else if (Names.CheckSubdomain(name) is { } wrong) errors.Invalid("spec.externalName", name, wrong);
        }
        else if (address is not ("" or Headless) && !IPAddress.TryParse(address, out _))
            errors.Invalid("spec.clusterIPs[0]", address, "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)");
        if (type is "NodePort" or "LoadBalancer" && address == Headless) errors.Invalid("spec.clusterIPs[0]", address, $"may not be set to 'None' for {type} services");
        CheckPorts(ports, type, errors);
        VolumeChecks.CheckLabels(spec.Object("selector"), "spec.selector", errors);
        if (spec.Text("sessionAffinity") is not ("None" or "ClientIP") and var affinity) errors.NotSupported("spec.sessionAffinity", affinity ?? "", "ClientIP", "None");
        CheckPlaces(ports, errors);
        if (spec.Text("internalTrafficPolicy") is { } inner and not ("Cluster" or "Local")) errors.NotSupported("spec.internalTrafficPolicy", inner, "Cluster", "Local");
        if (spec.Text("externalTrafficPolicy") is { Length: > 0 } outer)
        {
            if (!IsExposed(spec)) errors.Invalid("spec.externalTrafficPolicy", outer, "may only be set for externally-accessible services");
            else if (outer is not ("Cluster" or "Local")) errors.NotSupported("spec.externalTrafficPolicy", outer, "Cluster", "Local");
        }
    }

    public override void ValidateUpdate(JsonObject content, JsonObject old, FieldErrors errors)
    {
        var (spec, before) = (content["spec"], old["spec"]);
        if (spec.Text("type") == "ExternalName" || before.Text("type") == "ExternalName") return;
        if (before.Text("clusterIP") is { Length: > 0 } address && spec.Text("clusterIP") != address)
            errors.Invalid("spec.clusterIPs[0]", spec.Array("clusterIPs") ?? new JsonArray(spec.Text("clusterIP") ?? ""), SetOnce);
    }

    /// <summary>A change of type takes with it what only the old type has, where the client did not touch it.</summary>
    private static void DropWithType(JsonObject spec, JsonObject before)
    {
        if (IsExposed(before) && !IsExposed(spec))
        {
            foreach (var port in spec.Array("ports").Objects())
                if (before.Array("ports").Objects().Any(other => Same(other, port, "nodePort"))) port.Remove("nodePort");
            Drop("externalTrafficPolicy", "allocateLoadBalancerNodePorts");
        }
        if (spec.Text("type") == "ExternalName" && before.Text("type") != "ExternalName") Drop("clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy", "internalTrafficPolicy");

        void Drop(params ReadOnlySpan<string> fields)
        {
            foreach (var field in fields)
                if (Same(spec, before, field)) spec.Remove(field);
        }
    }

    private static void CheckPorts(JsonArray? ports, string type, FieldErrors errors)
    {
        var (names, nodePorts) = (new HashSet<string>(StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal));
        var index = 0;
        foreach (var port in ports.Objects())
        {
            var path = $"spec.ports[{index++}]";
            if (port.Text("name") is { Length: > 0 } name)
            {
                if (Names.CheckLabel(name) is { } wrong) errors.Invalid(path + ".name", name, wrong);
                else if (!names.Add(name)) errors.Duplicate(path + ".name", name);
            }
            else if (ports!.Count > 1) errors.Required(path + ".name");
            PortChecks.CheckNumber(port["port"], path + ".port", errors);
            PortChecks.CheckProtocol(port.Text("protocol"), path + ".protocol", errors);
            PortChecks.Check(port["targetPort"], path + ".targetPort", errors);
            if (port.Integer("nodePort") is not (> 0 and var nodePort)) continue;
            var nodePlace = $"{nodePort}/{port.Text("protocol")}";
            if (type == "ClusterIP") errors.Forbidden(path + ".nodePort", "may not be used when `type` is 'ClusterIP'");
            else if (nodePort is < FirstNodePort or >= FirstNodePort + NodePorts)
                errors.Invalid(path + ".nodePort", nodePort, "provided port is not in the valid range. The range of valid ports is 30000-32767");
            else if (!nodePorts.Add(nodePlace)) errors.Duplicate(path + ".nodePort", nodePort);
        }
    }

    /// <summary>No two ports are the same; the server shows them by the names of its own fields.</summary>
    private static void CheckPlaces(JsonArray? ports, FieldErrors errors)
    {
        var places = new HashSet<string>(StringComparer.Ordinal);
        var index = 0;
        foreach (var port in ports.Objects())
        {
            var path = $"spec.ports[{index++}]";
            if (places.Add($"{port.Integer("port")}/{port.Text("protocol")}")) continue;
            errors.Duplicate(path, new JsonObject
            {
                ["Name"] = "", ["Protocol"] = port.Text("protocol"), ["AppProtocol"] = null, ["Port"] = port.Integer("port"), ["TargetPort"] = 0, ["NodePort"] = 0,
            });
        }
    }

    private void GiveOut(JsonObject spec)
    {
        if (spec.Text("type") is not ("ClusterIP" or "NodePort" or "LoadBalancer")) return;
        if (spec.Text("clusterIP") is not { Length: > 0 })
            spec["clusterIP"] = spec.Array("clusterIPs").Texts().FirstOrDefault() ?? Address((uint)Interlocked.Increment(ref _given) % Addresses + FirstAddress);
        spec.Default("clusterIPs", new JsonArray(spec.Text("clusterIP")!));
        spec.Default("ipFamilyPolicy", "SingleStack");
        spec.Default("ipFamilies", new JsonArray(spec.Text("clusterIP")!.Contains(':') ? "IPv6" : "IPv4"));
        if (!IsExposed(spec)) return;
        foreach (var port in spec.Array("ports").Objects())
            if ((port.Integer("nodePort") ?? 0) == 0) port["nodePort"] = (int)((uint)Interlocked.Increment(ref _givenPorts) % NodePorts) + FirstNodePort;
    }

    private static bool IsExposed(JsonNode? spec) => spec.Text("type") is "NodePort" or "LoadBalancer";

    private static bool Same(JsonObject one, JsonObject other, string field) => JsonNode.DeepEquals(one[field], other[field]);

    private static string Address(uint value) =>
        string.Create(CultureInfo.InvariantCulture, $"{value >> 24}.{(value >> 16) & 0xFF}.{(value >> 8) & 0xFF}.{value & 0xFF}");
}

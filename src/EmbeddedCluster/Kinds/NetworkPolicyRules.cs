using System.Net;
using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster;

/// <summary>Network policies: selectors, ports and peers are checked; no traffic is.</summary>
internal sealed class NetworkPolicyRules : KindRules
{
    public override bool TracksGeneration => true;

    public override void SetDefaults(JsonObject content)
    {
        var spec = content.Child("spec");
        foreach (var direction in (ReadOnlySpan<string>)["ingress", "egress"])
            foreach (var rule in spec.Array(direction).Objects())
                foreach (var port in rule.Array("ports").Objects())
                    port.Default("protocol", "TCP");
        if (spec.Array("policyTypes") is { Count: > 0 }) return;
        spec["policyTypes"] = spec.Array("egress") is { Count: > 0 } ? new JsonArray("Ingress", "Egress") : new JsonArray("Ingress");
    }

    public override void Validate(JsonObject content, FieldErrors errors)
    {
        var spec = content["spec"];
        VolumeChecks.CheckLabelSelector(spec.Object("podSelector"), "spec.podSelector", errors);
        CheckRules(spec.Array("ingress"), "spec.ingress", "from", errors);
        CheckRules(spec.Array("egress"), "spec.egress", "to", errors);
        if (spec.Array("policyTypes") is { Count: > 2 } types)
        {
            errors.Invalid("spec.policyTypes", types, "may not specify more than two policyTypes");
            return;
        }
        var index = 0;
        foreach (var type in spec.Array("policyTypes").Texts())
        {
            if (type is not ("Ingress" or "Egress")) errors.NotSupported($"spec.policyTypes[{index}]", type, "Ingress", "Egress");
            index++;
        }
    }

    private static void CheckRules(JsonArray? rules, string path, string peers, FieldErrors errors)
    {
        var index = 0;
        foreach (var rule in rules.Objects())
        {
            var at = $"{path}[{index++}]";
            var item = 0;
            foreach (var port in rule.Array("ports").Objects()) CheckPort(port, $"{at}.ports[{item++}]", errors);
            item = 0;
            foreach (var peer in rule.Array(peers).Objects()) CheckPeer(peer, $"{at}.{peers}[{item++}]", errors);
        }
    }

    private static void CheckPort(JsonObject port, string path, FieldErrors errors)
    {
        PortChecks.CheckProtocol(port.Text("protocol"), path + ".protocol", errors);
        if (port["port"] is { } named) PortChecks.Check(named, path + ".port", errors);
        if (port.Integer("endPort") is not { } end) return;
        if (port["port"] is null) errors.Invalid(path + ".endPort", end, "may not be specified when `port` is not specified");
        else if (port.Integer("port") is not { } first) errors.Invalid(path + ".endPort", end, "may not be specified when `port` is non-numeric");
        else if (end < first) errors.Invalid(path + ".endPort", first, "must be greater than or equal to `port`");
        else PortChecks.CheckNumber(port["endPort"], path + ".endPort", errors);
    }

    private static void CheckPeer(JsonObject peer, string path, FieldErrors errors)
    {
        var (pods, namespaces, block) = (peer.Object("podSelector"), peer.Object("namespaceSelector"), peer.Object("ipBlock"));
        if (pods is null && namespaces is null && block is null) errors.Required(path, "must specify a peer");
        VolumeChecks.CheckLabelSelector(pods, path + ".podSelector", errors);
        VolumeChecks.CheckLabelSelector(namespaces, path + ".namespaceSelector", errors);
        if (block is null) return;
        CheckBlock(block, path + ".ipBlock", errors);
        if ((pods ?? namespaces) is not null) errors.Forbidden(path, "may not specify both ipBlock and another peer");
    }

    private static void CheckBlock(JsonObject block, string path, FieldErrors errors)
    {
        const string notABlock = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)";
        var text = block.Text("cidr") ?? "";
        if (text.Length == 0)
        {
            errors.Required(path + ".cidr");
            return;
        }
        if (!TryReadBlock(text, out var whole))
        {
            errors.Invalid(path + ".cidr", text, notABlock);
            return;
        }
        var index = 0;
        foreach (var except in block.Array("except").Texts())
        {
            var at = $"{path}.except[{index++}]";
            if (!TryReadBlock(except, out var part)) errors.Invalid(at, except, notABlock);
            else if (!whole.Contains(part.BaseAddress) || part.PrefixLength <= whole.PrefixLength) errors.Invalid(at, except, "must be a strict subset of `cidr`");
        }
    }

    // A block may be written with any address in it.
    private static bool TryReadBlock(string text, out IPNetwork block)
    {
        block = default;
        if (text.Split('/') is not [var address, var length] || !IPAddress.TryParse(address, out var ip) || !int.TryParse(length, out var bits)) return false;
        var bytes = ip.GetAddressBytes();
        if (bits < 0 || bits > bytes.Length * 8) return false;
        for (var bit = bits; bit < bytes.Length * 8; bit++) bytes[bit / 8] &= (byte)~(0x80 >> (bit % 8));
        block = new IPNetwork(new IPAddress(bytes), bits);
        return true;
    }
}

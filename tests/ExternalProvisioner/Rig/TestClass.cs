using System.Text.Json.Nodes;
using Sidecars.Tests.Support;

namespace Sidecars.ExternalProvisioner.Tests;

/// <summary>A storage class for a test: of the scripted driver, immediate, deleting its volumes, unless it says otherwise.</summary>
internal sealed record TestClass(string Name = "fast")
{
    private IReadOnlyList<(string Key, string Value)> Parameters { get; init; } = [];
    private string Provisioner { get; init; } = ScriptedDriverOptions.DefaultName;
    private string ReclaimPolicy { get; init; } = "Delete";
    private string BindingMode { get; init; } = "Immediate";
    private string[] MountOptions { get; init; } = [];
    private string[] Allowed { get; init; } = [];

    public TestClass With(params (string Key, string Value)[] parameters) => this with { Parameters = [.. Parameters, .. parameters] };

    /// <summary>Allows volumes in one of these terms, such as <c>zone=z1,z2 rack=r1</c>.</summary>
    public TestClass Allowing(params string[] terms) => this with { Allowed = terms };

    public TestClass Retaining() => this with { ReclaimPolicy = "Retain" };

    public TestClass Delayed() => this with { BindingMode = "WaitForFirstConsumer" };

    public TestClass OfProvisioner(string name) => this with { Provisioner = name };

    public TestClass Mounted(params string[] options) => this with { MountOptions = options };

    /// <summary>Names a secret for creating and deleting volumes.</summary>
    public TestClass WithProvisionerSecret(string ns, string name) =>
        With(("csi.storage.k8s.io/provisioner-secret-name", name), ("csi.storage.k8s.io/provisioner-secret-namespace", ns));

    public JsonObject ToJson()
    {
        var parameters = new JsonObject();
        foreach (var (key, value) in Parameters) parameters[key] = value;
        var made = new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = Name },
            ["provisioner"] = Provisioner,
            ["parameters"] = parameters,
            ["reclaimPolicy"] = ReclaimPolicy,
            ["volumeBindingMode"] = BindingMode,
            ["mountOptions"] = new JsonArray([.. MountOptions.Select(o => JsonValue.Create(o))]),
        };
        if (Allowed.Length > 0) made["allowedTopologies"] = new JsonArray([.. Allowed.Select(Term)]);
        return made;
    }

    private static JsonObject Term(string term) => new()
    {
        ["matchLabelExpressions"] = new JsonArray([.. term.Split(' ').Select(r => r.Split('=')).Select(r => new JsonObject
        {
            ["key"] = r[0], ["values"] = new JsonArray([.. r[1].Split(',').Select(v => JsonValue.Create(v))]),
        })]),
    };
}

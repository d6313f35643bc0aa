using System.Text.Json.Nodes;
using Sidecars.Tests.Support.Controllers;

namespace Sidecars.ExternalProvisioner.Tests;

/// <summary>Rigs of the program for a test.</summary>
internal abstract class RigTest : RigTest<ProvisionerRig, RigOptions>
{
    protected override Task<ProvisionerRig> Prepare(RigOptions? options) => ProvisionerRig.PrepareAsync(options);

    /// <summary>Lets one claim be provisioned: the driver's request and the volume.</summary>
    private protected async Task<(JsonObject Request, JsonObject Volume)> Provision(TestClass storageClass, TestClaim claim, RigOptions? options = null)
    {
        var rig = await Started(options);
        rig.World.Add(storageClass);
        var volume = await rig.World.UntilProvisioned(rig.World.Add(claim));
        return (rig.Calls("CreateVolume").Single(), volume);
    }

    /// <summary>Lets one claim be refused without a call to the driver: the message of the event.</summary>
    private protected async Task<string> Refusal(TestClass storageClass, TestClaim claim, RigOptions? options = null)
    {
        var rig = await Started(options);
        rig.World.Add(storageClass);
        rig.World.Add(claim);
        var message = await rig.World.UntilEvent("claim", "ProvisioningFailed");
        Assert.That(rig.Driver.Calls.Of("CreateVolume"), Is.Empty);
        return message;
    }

    private protected static string[] Texts(JsonNode? array) => [.. (array as JsonArray ?? []).Select(n => n!.GetValue<string>())];
}

using System.Text.Json.Nodes;
using Sidecars.EmbeddedCluster;
using Sidecars.Tests.Support;

namespace Sidecars.ExternalProvisioner.Tests;

/// <summary>Makes rigs for a test, ends them after it, and shows their log where the test failed.</summary>
internal abstract class RigTest
{
    private readonly List<ProvisionerRig> _rigs = [];

    [TearDown]
    public async Task EndRigs()
    {
        foreach (var rig in _rigs)
        {
            if (TestContext.CurrentContext.Result.FailCount > 0) await TestContext.Out.WriteLineAsync(string.Join('\n', rig.Log.Lines));
            await rig.DisposeAsync();
        }
    }

    private protected async Task<ProvisionerRig> Prepared(RigOptions? options = null)
    {
        var rig = await ProvisionerRig.PrepareAsync(options);
        _rigs.Add(rig);
        return rig;
    }

    private protected async Task<ProvisionerRig> Started(RigOptions? options = null)
    {
        var rig = await Prepared(options);
        await rig.Run();
        return rig;
    }

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

    private protected static RequestMatch To(string verb, string resource) => new() { Verb = verb, Resource = resource };

    private protected static FaultAction Answers(int code, string reason, string message = "as the test wants it", int retryAfterSeconds = 0) =>
        new FaultAction.Answer(new ApiStatus(code, reason, message)
        {
            Details = retryAfterSeconds > 0 ? new StatusDetails { RetryAfterSeconds = retryAfterSeconds } : null,
        });

    private protected static DriverRule Fails(Grpc.Core.StatusCode code, string? message = null) => DriverRule.Fail(code, message);

    private protected static string[] Texts(JsonNode? array) => [.. (array as JsonArray ?? []).Select(n => n!.GetValue<string>())];
}

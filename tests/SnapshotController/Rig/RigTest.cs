using Sidecars.EmbeddedCluster;

namespace Sidecars.SnapshotController.Tests;

/// <summary>Makes rigs for a test, ends them after it, and shows their log where the test failed.</summary>
internal abstract class RigTest
{
    private readonly List<ControllerRig> _rigs = [];

    [TearDown]
    public async Task EndRigs()
    {
        foreach (var rig in _rigs.ToList())
        {
            _rigs.Remove(rig);
            if (TestContext.CurrentContext.Result.FailCount > 0)
                await TestContext.Out.WriteLineAsync(string.Join('\n', rig.Log.Lines) + "\n" + string.Join('\n', rig.Writes));
            var statuses = rig.Writes.Where(w => w.Resource.EndsWith("/status", StringComparison.Ordinal) && w.Body.Length > 0).ToList();
            await rig.DisposeAsync();
            // An API server takes no notice of the uid there: nothing but the version keeps the patch off a successor.
            Assert.That(statuses.Select(w => w.Body), Has.All.Contains("\"resourceVersion\":\""));
        }
    }

    private protected async Task<ControllerRig> Prepared(RigOptions? options = null)
    {
        var rig = await ControllerRig.PrepareAsync(options);
        _rigs.Add(rig);
        return rig;
    }

    /// <summary>A running controller with claim "a", bound, and class "snap".</summary>
    private protected async Task<ControllerRig> Started(RigOptions? options = null, string policy = "Delete", string parameters = "{}")
    {
        var rig = await Prepared(options);
        rig.World.AddClaim("a");
        rig.World.AddClass("snap", policy, parameters: parameters);
        await rig.Run();
        return rig;
    }

    /// <summary>The same, with snapshot "s" of the claim, ready; gives back the name of its content.</summary>
    private protected async Task<(ControllerRig Rig, string Content)> Ready(RigOptions? options = null, string policy = "Delete")
    {
        var rig = await Started(options, policy);
        var content = await Begun(rig, "s");
        rig.World.Taken(content);
        await rig.World.UntilReady("s");
        return (rig, content);
    }

    /// <summary>A snapshot of claim "a" whose content is made; gives back the content's name.</summary>
    private protected static async Task<string> Begun(ControllerRig rig, string snapshot)
    {
        var content = $"snapcontent-{rig.World.AddSnapshot(snapshot).Uid}";
        await rig.World.UntilExists(World.Contents, content);
        return content;
    }

    private protected static RequestMatch Request(string verb, string resource, string? subresource = null) => new() { Verb = verb, Resource = resource, Subresource = subresource };

    private protected static FaultAction Answers(int code, string reason, string message = "as the test wants it") => new FaultAction.Answer(new ApiStatus(code, reason, message));
}

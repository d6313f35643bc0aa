using Grpc.Core;
using Sidecars.EmbeddedCluster;

namespace Sidecars.Tests.Support.Controllers;

/// <summary>The controllers of one program in a <see cref="SidecarRig"/>, with what its tests need around them.</summary>
public interface IProgramRig : IAsyncDisposable
{
    RecordingLogger Log { get; }

    /// <inheritdoc cref="SidecarRig.Writes"/>
    IReadOnlyList<Write> Writes { get; }

    /// <summary>Starts the controllers, as a new process would: nothing is remembered.</summary>
    Task Run();
}

/// <summary>Makes rigs for a test, ends them after it, and shows their log and writes where the test failed.</summary>
/// <typeparam name="TRig">A rig.</typeparam>
/// <typeparam name="TOptions">How one is set up.</typeparam>
public abstract class RigTest<TRig, TOptions> where TRig : IProgramRig where TOptions : class
{
    private readonly List<TRig> _rigs = [];

    [TearDown]
    public async Task EndRigs()
    {
        foreach (var rig in _rigs)
        {
            if (TestContext.CurrentContext.Result.FailCount > 0)
                await TestContext.Out.WriteLineAsync(string.Join('\n', rig.Log.Lines) + "\n" + string.Join('\n', rig.Writes));
            await rig.DisposeAsync();
        }
    }

    /// <summary>A rig in which nothing runs yet.</summary>
    protected abstract Task<TRig> Prepare(TOptions? options);

    protected async Task<TRig> Prepared(TOptions? options = null)
    {
        var rig = await Prepare(options);
        _rigs.Add(rig);
        return rig;
    }

    protected async Task<TRig> Started(TOptions? options = null)
    {
        var rig = await Prepared(options);
        await rig.Run();
        return rig;
    }

    protected static RequestMatch To(string verb, string resource) => new() { Verb = verb, Resource = resource };

    protected static RequestMatch Patch(string resource, string? subresource = null) => new() { Verb = "patch", Resource = resource, Subresource = subresource };

    protected static FaultAction Answers(int code, string reason, string message = "as the test wants it", int retryAfterSeconds = 0) =>
        new FaultAction.Answer(new ApiStatus(code, reason, message)
        {
            Details = retryAfterSeconds > 0 ? new StatusDetails { RetryAfterSeconds = retryAfterSeconds } : null,
        });

    protected static DriverRule Fails(StatusCode code, string? message = null) => DriverRule.Fail(code, message);
}

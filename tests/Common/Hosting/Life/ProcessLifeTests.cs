using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging.Abstractions;
using Sidecars.Tests.Support;

namespace Sidecars.Hosting.Tests.Life;

internal sealed class ProcessLifeTests
{
    /// <summary>Main may return, and dispose everything, as soon as the code is fixed; the signal's own thread is then still at work.</summary>
    [Test]
    public void A_signal_that_overlaps_the_end_of_the_process_does_not_crash_it()
    {
        var life = new ProcessLife(NullLoggerFactory.Instance, "");
        life.Dispose();
        Assert.That(() => life.OnSignal(PosixSignal.SIGTERM), Throws.Nothing);
        Assert.That(() => life.OnSignal(PosixSignal.SIGTERM), Throws.Nothing);
    }

    [Test]
    public async Task What_fails_for_good_ends_the_process_with_1()
    {
        using var life = new ProcessLife(NullLoggerFactory.Instance, "");
        var failure = new TaskCompletionSource<string>();
        life.EndOn(failure.Task);
        Assert.That(life.Ended.IsCompleted, Is.False);
        failure.SetResult("the server is broken");
        Assert.That(await life.Ended.WithinLimit(), Is.EqualTo(1));
        Assert.That(life.Stopping.IsCancellationRequested);
    }
}

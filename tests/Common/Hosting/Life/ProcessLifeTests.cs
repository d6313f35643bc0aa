using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging.Abstractions;

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
}

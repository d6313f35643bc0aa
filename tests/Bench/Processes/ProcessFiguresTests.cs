namespace Sidecars.Bench.Tests.Processes;

internal sealed class ProcessFiguresTests
{
    private const string Status = "Name:\tcsi-attacher\nVmPeak:\t  900000 kB\nVmHWM:\t   36864 kB\nVmRSS:\t   30720 kB\nRssAnon:\t   10240 kB\nThreads:\t8\n";

    [Test]
    public void The_kernels_text_is_read() =>
        Assert.That(ProcessFigures.Parse(Status, TimeSpan.FromSeconds(2)), Is.EqualTo(new ProcessFigures(30, 36, 10, 8, TimeSpan.FromSeconds(2))));

    [Test]
    public void A_process_that_has_ended_has_no_memory() => Assert.That(ProcessFigures.Parse("Name:\tcsi-attacher\nState:\tZ (zombie)\nThreads:\t1\n", TimeSpan.Zero), Is.Null);
}

namespace Sidecars.ExternalAttacher.Tests.Program;

internal sealed class AttacherFlagsTests
{
    [TestCase("0", 1)]
    [TestCase("-5s", 1)]
    [TestCase("10ms", 1)]
    [TestCase("2s", 2)]
    public void Comparisons_have_a_pause_of_a_second_at_least(string asked, int seconds)
    {
        var flags = new AttacherFlags();
        Assert.That(flags.Parse([$"--reconcile-sync={asked}"]).Report(TextWriter.Null), Is.Null);
        Assert.That(flags.Options(flags.Gates()).ReconcileSync, Is.EqualTo(TimeSpan.FromSeconds(seconds)));
    }
}

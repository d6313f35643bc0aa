using Microsoft.Extensions.Logging;
using Sidecars.Hosting.Logging;

namespace Sidecars.Hosting.Tests.Logging;

[TestFixture]
internal sealed class KlogLevelTests
{
    [TestCase(0, LogLevel.Information)]
    [TestCase(2, LogLevel.Information)]
    [TestCase(3, LogLevel.Debug)]
    [TestCase(4, LogLevel.Debug)]
    [TestCase(5, LogLevel.Trace)]
    [TestCase(10, LogLevel.Trace)]
    public void Verbosity_opens_levels(int verbosity, LogLevel lowest)
    {
        using var log = new LogCapture(KlogOptions.Default with { Verbosity = verbosity });
        foreach (var level in Enum.GetValues<LogLevel>())
            Assert.That(log.Logger.IsEnabled(level), Is.EqualTo(level >= lowest && level != LogLevel.None), level.ToString());
    }

    [TestCase(LogLevel.Trace, 'I')]
    [TestCase(LogLevel.Debug, 'I')]
    [TestCase(LogLevel.Information, 'I')]
    [TestCase(LogLevel.Warning, 'W')]
    [TestCase(LogLevel.Error, 'E')]
    [TestCase(LogLevel.Critical, 'F')]
    public void Levels_have_their_letters(LogLevel level, char letter)
    {
        using var log = new LogCapture(KlogOptions.Default with { Verbosity = 5 });
        Lines.AtLevel(log.Logger, level);
        Assert.That(log.Text, Is.EqualTo(LogCapture.Header(letter) + "\"At level\"\n"));
    }

    [TestCase("VolumeReconciler", true)]
    [TestCase("volume*", true)]
    [TestCase("*concile?", true)]
    [TestCase("Volume", false)]
    public void A_class_may_have_a_verbosity_of_its_own(string pattern, bool matches)
    {
        using var log = new LogCapture(KlogOptions.Default with { VModule = [new VModuleRule(pattern, 5)] });
        Assert.That(log.Logger.IsEnabled(LogLevel.Trace), Is.EqualTo(matches));
    }

    [Test]
    public void The_first_matching_rule_wins()
    {
        using var log = new LogCapture(KlogOptions.Default with { VModule = [new VModuleRule("V*", 0), new VModuleRule("*", 9)], Verbosity = 9 });
        Assert.That(log.Logger.IsEnabled(LogLevel.Debug), Is.False);
    }

    [TestCase("A.B.Worker", "Worker")]
    [TestCase("A.B.Outer+Inner", "Inner")]
    [TestCase("A.B.WorkQueue`1", "WorkQueue")]
    [TestCase("A.B.WorkQueue<C.D.Key>", "WorkQueue")]
    [TestCase("Worker", "Worker")]
    public void The_header_shows_the_class(string category, string shown)
    {
        using var log = new LogCapture(category: category);
        Lines.Bare(log.Logger);
        Assert.That(log.Text, Does.Contain($" {shown}] \"Nothing"));
    }
}

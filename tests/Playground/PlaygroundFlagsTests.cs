namespace Sidecars.Playground.Tests;

internal sealed class PlaygroundFlagsTests
{
    [Test]
    public void Every_flag_has_its_effect()
    {
        var options = PlaygroundFlags.Parse(
            ["--once", "-f", "a.yaml", "-f=b.yaml", "--csi-address", "/s.sock", "--keep-dir=/d", "--programs", "/p", "--v", "3"]).Options!;
        Assert.Multiple(() =>
        {
            Assert.That(options.Once);
            Assert.That(options.Files, Is.EqualTo(new[] { "a.yaml", "b.yaml" }));
            Assert.That(options.CsiAddress, Is.EqualTo("/s.sock"));
            Assert.That(options.KeepDirectory, Is.EqualTo("/d"));
            Assert.That(options.Programs, Is.EqualTo("/p"));
            Assert.That(options.Verbosity, Is.EqualTo(3));
        });
    }

    [TestCase("--nonsense", "--nonsense")]
    [TestCase("--once=true", "--once=true")]
    [TestCase("-f", "-f needs a value")]
    [TestCase("--v=much", "much")]
    [TestCase("words", "words")]
    public void A_bad_argument_is_named(string argument, string named)
    {
        var (options, error) = PlaygroundFlags.Parse([argument]);
        Assert.That(options, Is.Null);
        Assert.That(error, Does.Contain(named));
    }

    [Test]
    public void Help_is_no_error() => Assert.That(PlaygroundFlags.Parse(["--help"]), Is.EqualTo(((PlaygroundOptions?)null, "")));
}

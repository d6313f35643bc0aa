using Sidecars.Hosting.Flags;
using Sidecars.Hosting.Logging;

namespace Sidecars.Hosting.Tests.Flags;

[TestFixture]
internal sealed class LoggingFlagsTests
{
    [TestCase("--logging-format=xml")]
    [TestCase("--logging-format=")]
    [TestCase("--log-text-split-stream")]
    [TestCase("--log-json-split-stream=true")]
    [TestCase("--log-text-info-buffer-size=1Ki")]
    [TestCase("--log-json-info-buffer-size=1")]
    [TestCase("--log-flush-frequency=0")]
    [TestCase("--log-flush-frequency=-1s")]
    [TestCase("--logging-format=json", "--vmodule=a=1")]
    public void Invalid_combinations_are_told(params string[] args) => Assert.That(Parse(args).Check(), Is.Not.Null.And.Not.Empty);

    [TestCase]
    [TestCase("--logging-format=json")]
    [TestCase("--logging-format=text", "--vmodule=a=1,b*=2")]
    [TestCase("--log-text-split-stream=false", "--log-text-info-buffer-size=0", "--log-json-info-buffer-size=0Ki")]
    [TestCase("--log-flush-frequency=1ms")]
    public void Valid_combinations_pass(params string[] args) => Assert.That(Parse(args).Check(), Is.Null);

    [Test]
    public void Options_carry_what_was_set()
    {
        var options = Parse("-v=4", "--vmodule=Watch*=9,Queue=0").ToOptions();
        Assert.That(options.Verbosity, Is.EqualTo(4));
        Assert.That(options.Format, Is.EqualTo(KlogFormat.Text));
        Assert.That(options.VModule, Is.EqualTo(new[] { new VModuleRule("Watch*", 9), new VModuleRule("Queue", 0) }));
    }

    [TestCase("2147483647", true)]
    [TestCase("2147483648", false)]
    [TestCase("+1", false)]
    [TestCase("0x1", false)]
    [TestCase("", false)]
    public void Verbosity_takes_decimal_digits_only(string text, bool valid)
    {
        var set = new FlagSet("prog", FlagDialect.GoFlag);
        _ = new LoggingFlags(set);
        Assert.That(set.Parse(["--v=" + text]) is FlagParse.Parsed, Is.EqualTo(valid));
    }

    private static LoggingFlags Parse(params string[] args)
    {
        var set = new FlagSet("prog", FlagDialect.GoFlag);
        var logging = new LoggingFlags(set);
        Assert.That(set.Parse(args), Is.InstanceOf<FlagParse.Parsed>());
        return logging;
    }
}

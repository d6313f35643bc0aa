using Sidecars.Hosting.Flags;

namespace Sidecars.Hosting.Tests.Flags;

[TestFixture]
internal sealed class PflagParserTests
{
    private Flag<bool> _election = null!;
    private Flag<TimeSpan> _timeout = null!;
    private Flag<string> _address = null!;
    private LoggingFlags _logging = null!;
    private FlagSet _set = null!;

    [SetUp]
    public void Register()
    {
        _set = new FlagSet("csi-provisioner", FlagDialect.Pflag);
        _election = _set.Bool("leader-election", false, "Elect.");
        _timeout = _set.Duration("timeout", TimeSpan.FromSeconds(10), "Limit.");
        _address = _set.String("csi-address", "/run/csi/socket", "Where.");
        _logging = new LoggingFlags(_set);
    }

    [TestCase("-v5")]
    [TestCase("-v=5")]
    [TestCase("--v=5")]
    [TestCase("-v", "5")]
    [TestCase("--v", "5")]
    public void Verbosity_has_a_short_form(params string[] args)
    {
        AssertParsed(args);
        Assert.That(_logging.Verbosity.Value, Is.EqualTo(5));
    }

    [Test]
    public void Words_and_flags_may_be_mixed()
    {
        AssertParsed("--v=5", "stop", "--v=9");
        Assert.That(_logging.Verbosity.Value, Is.EqualTo(9));
    }

    [Test]
    public void A_word_after_a_boolean_is_ignored()
    {
        AssertParsed("--leader-election", "false", "--timeout", "3s");
        Assert.That(_election.Value, Is.True);
        Assert.That(_timeout.Value, Is.EqualTo(TimeSpan.FromSeconds(3)));
    }

    [Test]
    public void Two_dashes_end_the_flags()
    {
        var outcome = _set.Parse(["a", "--timeout=3s", "--", "--timeout=4s", "-x"]);
        Assert.That(outcome, Is.InstanceOf<FlagParse.Parsed>());
        Assert.That(((FlagParse.Parsed)outcome).Rest, Is.EqualTo(new[] { "a", "--timeout=4s", "-x" }));
        Assert.That(_timeout.Value, Is.EqualTo(TimeSpan.FromSeconds(3)));
    }

    [TestCase("--x", "unknown flag: --x")]
    [TestCase("--x=1", "unknown flag: --x")]
    [TestCase("-csi-address", "unknown shorthand flag: 'c' in -csi-address")]
    [TestCase("--timeout", "flag needs an argument: --timeout")]
    [TestCase("-v", "flag needs an argument: 'v' in -v")]
    [TestCase("---x", "bad flag syntax: ---x")]
    [TestCase("--=x", "bad flag syntax: --=x")]
    [TestCase("--timeout=15", "invalid argument \"15\" for \"--timeout\" flag: time: missing unit in duration \"15\"")]
    [TestCase("--timeout=1d", "invalid argument \"1d\" for \"--timeout\" flag: time: unknown unit \"d\" in duration \"1d\"")]
    [TestCase("--leader-election=yes", "invalid argument \"yes\" for \"--leader-election\" flag: strconv.ParseBool: parsing \"yes\": invalid syntax")]
    [TestCase("-vx", "invalid argument \"x\" for \"-v, --v\" flag: strconv.ParseUint: parsing \"x\": invalid syntax")]
    [TestCase("--logtostderr", "unknown flag: --logtostderr")]
    public void Errors_have_the_words_of_the_original_parser_and_exit_with_2(string arg, string message)
    {
        var outcome = _set.Parse([arg]);
        Assert.That(outcome, Is.InstanceOf<FlagParse.Error>());
        Assert.That(((FlagParse.Error)outcome).Message, Is.EqualTo(message));
        Assert.That(outcome.Report(TextWriter.Null), Is.EqualTo(2));
    }

    [TestCase("-h")]
    [TestCase("--help")]
    public void Help_is_usage_and_exit_code_0(string arg) => Assert.That(_set.Parse([arg]).Report(TextWriter.Null), Is.Zero);

    [Test]
    public void A_lone_dash_is_a_word()
    {
        AssertParsed("-", "--csi-address=/x");
        Assert.That(_address.Value, Is.EqualTo("/x"));
    }

    private void AssertParsed(params string[] args) => Assert.That(_set.Parse(args).Report(TextWriter.Null), Is.Null);
}

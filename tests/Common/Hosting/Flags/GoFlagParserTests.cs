using Sidecars.Hosting.Flags;

namespace Sidecars.Hosting.Tests.Flags;

[TestFixture]
internal sealed class GoFlagParserTests
{
    private Flag<bool> _election = null!;
    private Flag<TimeSpan> _timeout = null!;
    private Flag<int> _burst = null!;
    private Flag<uint> _workers = null!;
    private Flag<double> _qps = null!;
    private Flag<string> _address = null!;
    private Flag<IReadOnlyDictionary<string, string>> _labels = null!;
    private Flag<IReadOnlyDictionary<string, bool>> _gates = null!;
    private LoggingFlags _logging = null!;
    private FlagSet _set = null!;

    [SetUp]
    public void Register()
    {
        _set = new FlagSet("prog", FlagDialect.GoFlag);
        _election = _set.Bool("leader-election", false, "Elect.");
        _timeout = _set.Duration("timeout", TimeSpan.FromSeconds(15), "Limit.");
        _burst = _set.Int("burst", 10, "Burst.");
        _workers = _set.Uint("workers", 10, "Workers.");
        _qps = _set.Float("qps", 5, "Rate.");
        _address = _set.String("address", "", "Where.");
        _labels = _set.Labels("labels", "Labels.");
        _gates = _set.FeatureGates("feature-gates", "Gates.");
        _logging = new LoggingFlags(_set);
    }

    [TestCase("-leader-election")]
    [TestCase("--leader-election")]
    [TestCase("--leader-election=true")]
    [TestCase("-leader-election=T")]
    [TestCase("-leader-election=1")]
    public void All_spellings_of_a_true_boolean_are_equal(string arg)
    {
        AssertParsed(arg);
        Assert.That(_election.Value, Is.True);
        Assert.That(_election.IsSet, Is.True);
    }

    [Test]
    public void A_boolean_takes_no_separate_word_and_the_rest_is_lost()
    {
        Assert.That(_set.Parse(["--leader-election", "false", "--burst=3"]), Is.InstanceOf<FlagParse.Parsed>());
        Assert.That(_election.Value, Is.True);
        Assert.That(_burst.IsSet, Is.False);
    }

    [TestCase("15s", 15_000)]
    [TestCase("0", 0)]
    [TestCase("1m30s", 90_000)]
    [TestCase("1.5h", 5_400_000)]
    public void Durations_are_read(string text, int milliseconds)
    {
        AssertParsed($"--timeout={text}");
        Assert.That(_timeout.Value, Is.EqualTo(TimeSpan.FromMilliseconds(milliseconds)));
    }

    [Test]
    public void Parsing_stops_at_the_first_word()
    {
        AssertParsed("--v=5", "stop", "--v=9");
        Assert.That(_logging.Verbosity.Value, Is.EqualTo(5));
    }

    [TestCase("--")]
    [TestCase("-")]
    public void Parsing_stops_at_dashes_alone(string dashes)
    {
        AssertParsed("--burst=3", dashes, "--burst=4");
        Assert.That(_burst.Value, Is.EqualTo(3));
    }

    [Test]
    public void A_value_may_follow_as_a_word_even_when_it_looks_like_a_flag()
    {
        AssertParsed("-address", "--v=5", "-burst", "-7");
        Assert.That(_address.Value, Is.EqualTo("--v=5"));
        Assert.That(_burst.Value, Is.EqualTo(-7));
        Assert.That(_logging.Verbosity.IsSet, Is.False);
    }

    [Test]
    public void The_last_of_repeated_scalars_wins_and_maps_accumulate()
    {
        AssertParsed("--burst=1", "--burst=2", "--labels=a:b,c:d", "--labels=c:e", "--feature-gates=A=true, B = false ,", "--feature-gates=A=f");
        Assert.That(_burst.Value, Is.EqualTo(2));
        Assert.That(_labels.Value, Is.EquivalentTo(new Dictionary<string, string> { ["a"] = "b", ["c"] = "e" }));
        Assert.That(_gates.Value, Is.EquivalentTo(new Dictionary<string, bool> { ["A"] = false, ["B"] = false }));
    }

    [Test]
    public void An_empty_value_is_legal_text()
    {
        AssertParsed("--address=x", "--address=");
        Assert.That(_address.Value, Is.Empty);
        Assert.That(_address.IsSet, Is.True);
    }

    [Test]
    public void Defaults_hold_until_a_flag_is_named()
    {
        AssertParsed();
        Assert.That(_timeout.Value, Is.EqualTo(TimeSpan.FromSeconds(15)));
        Assert.That(_workers.Value, Is.EqualTo(10));
        Assert.That(_qps.Value, Is.EqualTo(5));
        Assert.That(_labels.Value, Is.Empty);
        Assert.That(_timeout.IsSet, Is.False);
    }

    [TestCase("--x", "flag provided but not defined: -x")]
    [TestCase("-x=1", "flag provided but not defined: -x")]
    [TestCase("-connection-timeout=5s", "flag provided but not defined: -connection-timeout")]
    [TestCase("--logtostderr", "flag provided but not defined: -logtostderr")]
    [TestCase("--timeout", "flag needs an argument: -timeout")]
    [TestCase("---timeout", "bad flag syntax: ---timeout")]
    [TestCase("-=5", "bad flag syntax: -=5")]
    [TestCase("--leader-election=yes", "invalid boolean value \"yes\" for -leader-election: parse error")]
    [TestCase("--timeout=15", "invalid value \"15\" for flag -timeout: parse error")]
    [TestCase("--timeout=1d", "invalid value \"1d\" for flag -timeout: parse error")]
    [TestCase("--burst=x", "invalid value \"x\" for flag -burst: parse error")]
    [TestCase("--burst=99999999999999999999", "invalid value \"99999999999999999999\" for flag -burst: value out of range")]
    [TestCase("--workers=-1", "invalid value \"-1\" for flag -workers: parse error")]
    [TestCase("--qps=1e999", "invalid value \"1e999\" for flag -qps: value out of range")]
    [TestCase("--v=-1", "invalid value \"-1\" for flag -v: strconv.ParseUint: parsing \"-1\": invalid syntax")]
    [TestCase("--vmodule=a", "invalid value \"a\" for flag -vmodule: \"a\" does not have the pattern=N format")]
    public void Errors_have_the_words_of_the_original_parser_and_exit_with_2(string arg, string message)
    {
        var outcome = _set.Parse([arg]);
        Assert.That(outcome, Is.InstanceOf<FlagParse.Error>());
        Assert.That(((FlagParse.Error)outcome).Message, Is.EqualTo(message));
        var stderr = new StringWriter();
        Assert.That(outcome.Report(stderr), Is.EqualTo(2));
        Assert.That(stderr.ToString(), Does.StartWith(message + "\nUsage of prog:\n  -address string\n"));
    }

    [TestCase("--labels=a")]
    [TestCase("--labels=a:b:c")]
    [TestCase("--labels=")]
    [TestCase("--labels=a:b,")]
    [TestCase("--feature-gates=ReleaseLeaderElectionOnExit")]
    [TestCase("--feature-gates=A=maybe")]
    public void Malformed_maps_are_usage_errors(string arg) => Assert.That(_set.Parse([arg]).Report(TextWriter.Null), Is.EqualTo(2));

    [TestCase("-h")]
    [TestCase("-help")]
    [TestCase("--help")]
    public void Help_is_usage_and_exit_code_0(string arg)
    {
        var stderr = new StringWriter();
        Assert.That(_set.Parse([arg]).Report(stderr), Is.Zero);
        Assert.That(stderr.ToString(), Does.StartWith("Usage of prog:\n"));
    }

    private void AssertParsed(params string[] args) => Assert.That(_set.Parse(args).Report(TextWriter.Null), Is.Null);
}

using Sidecars.Hosting.Flags;

namespace Sidecars.Hosting.Tests.Flags;

[TestFixture]
internal sealed class StandardFlagsTests
{
    private static readonly string[] FullSet =
    [
        "version", "kubeconfig=x", "csi-address=x", "leader-election", "leader-election-namespace=x", "leader-election-lease-duration=1s",
        "leader-election-renew-deadline=1s", "leader-election-retry-period=1s", "leader-election-labels=a:b", "kube-api-qps=1",
        "kube-api-burst=1", "http-endpoint=x", "metrics-address=x", "metrics-path=x", "automaxprocs", "feature-gates=A=true",
    ];

    [TestCase(ProgramKind.Sidecar, "")]
    [TestCase(ProgramKind.SnapshotController, "csi-address leader-election-labels metrics-address")]
    [TestCase(ProgramKind.LivenessProbe,
        "version kubeconfig leader-election leader-election-namespace leader-election-lease-duration leader-election-renew-deadline " +
        "leader-election-retry-period leader-election-labels kube-api-qps kube-api-burst feature-gates")]
    [TestCase(ProgramKind.NodeDriverRegistrar,
        "kubeconfig leader-election leader-election-namespace leader-election-lease-duration leader-election-renew-deadline " +
        "leader-election-retry-period leader-election-labels kube-api-qps kube-api-burst metrics-address metrics-path feature-gates")]
    public void Each_kind_has_its_column_of_the_table(ProgramKind kind, string absent)
    {
        var refused = FullSet.Where(arg => Parse(kind, "--" + arg).Outcome is FlagParse.Error).Select(arg => arg.Split('=')[0]);
        Assert.That(refused, Is.EquivalentTo(absent.Split(' ', StringSplitOptions.RemoveEmptyEntries)));
    }

    [Test]
    public void Defaults_are_the_originals()
    {
        var (flags, _) = Parse(ProgramKind.Sidecar);
        Assert.That(flags.CsiAddress.Value, Is.EqualTo("/run/csi/socket"));
        Assert.That(flags.LeaseDuration.Value, Is.EqualTo(TimeSpan.FromSeconds(15)));
        Assert.That(flags.RenewDeadline.Value, Is.EqualTo(TimeSpan.FromSeconds(10)));
        Assert.That(flags.RetryPeriod.Value, Is.EqualTo(TimeSpan.FromSeconds(5)));
        Assert.That(flags.KubeApiQps.Value, Is.EqualTo(5));
        Assert.That(flags.KubeApiQps.IsSet, Is.False);
        Assert.That(flags.KubeApiBurst.Value, Is.EqualTo(10));
        Assert.That(flags.MetricsPath.Value, Is.EqualTo("/metrics"));
        Assert.That(flags.DiagnosticsAddress, Is.Empty);
    }

    [TestCase(FlagDialect.Pflag, "kube-api-qps", "(default none, 5 beside kube-api-burst)")]
    [TestCase(FlagDialect.Pflag, "kube-api-burst", "(default none, 10 beside kube-api-qps)")]
    [TestCase(FlagDialect.GoFlag, "kube-api-qps", "(default none, 5 beside kube-api-burst)")]
    public void The_help_shows_what_holds_without_a_flag(FlagDialect dialect, string flag, string shown)
    {
        var flags = new FlagSet("program", dialect);
        _ = new StandardFlags(flags, ProgramKind.Sidecar);
        var lines = flags.Usage().Split('\n').SkipWhile(line => !line.TrimStart().StartsWith($"-{flag}", StringComparison.Ordinal) && !line.Contains($"--{flag} ", StringComparison.Ordinal)).Take(2);
        Assert.That(string.Join(' ', lines), Does.Contain(shown));
    }

    [TestCase("--automaxprocs", true)]
    [TestCase("--automaxprocs=", true)]
    [TestCase("--automaxprocs=false", false)]
    public void Automaxprocs_is_accepted_with_and_without_a_value(string arg, bool expected)
    {
        var (flags, outcome) = Parse(ProgramKind.Sidecar, arg);
        Assert.That(outcome, Is.InstanceOf<FlagParse.Parsed>());
        Assert.That(flags.AutoMaxProcs.Value, Is.EqualTo(expected));
    }

    [TestCase("--http-endpoint=:1", ":1")]
    [TestCase("--metrics-address=:2", ":2")]
    public void Either_flag_gives_the_diagnostics_address(string arg, string expected)
    {
        var (flags, _) = Parse(ProgramKind.Sidecar, arg);
        Assert.That(flags.DiagnosticsAddress, Is.EqualTo(expected));
        Assert.That(flags.CheckEndpoints(), Is.Null);
    }

    [Test]
    public void Both_addresses_exclude_each_other() =>
        Assert.That(Parse(ProgramKind.Sidecar, "--http-endpoint=:1", "--metrics-address=:2").Flags.CheckEndpoints(), Is.Not.Null);

    [TestCase("", true)]
    [TestCase("--leader-election-lease-duration=10s", false)]
    [TestCase("--leader-election-renew-deadline=6s", false)]
    [TestCase("--leader-election-renew-deadline=6001ms", true)]
    [TestCase("--leader-election-retry-period=0", false)]
    [TestCase("--leader-election-lease-duration=-1s", false)]
    public void Election_timings_are_checked_at_the_start(string arg, bool valid)
    {
        var (flags, _) = Parse(ProgramKind.Sidecar, "--leader-election", arg.Length > 0 ? arg : "--v=0");
        Assert.That(flags.CheckElection(), valid ? Is.Null : Is.Not.Null);
    }

    [Test]
    public void Election_timings_do_not_matter_without_election() =>
        Assert.That(Parse(ProgramKind.Sidecar, "--leader-election-retry-period=0").Flags.CheckElection(), Is.Null);

    [TestCase("--kube-api-burst=0", false)]
    [TestCase("--kube-api-burst=-1", false)]
    [TestCase("--kube-api-burst=1", true)]
    public void A_rate_needs_a_burst(string arg, bool valid) =>
        Assert.That(Parse(ProgramKind.Sidecar, arg).Flags.CheckThrottle(), valid ? Is.Null : Is.Not.Null);

    [Test]
    public void A_rate_that_is_no_number_is_refused() =>
        Assert.That(Parse(ProgramKind.Sidecar, "--kube-api-qps=NaN").Flags.CheckThrottle(), Does.Contain("NaN"));

    [Test]
    public void No_rate_needs_no_burst() =>
        Assert.That(Parse(ProgramKind.Sidecar, "--kube-api-qps=-1", "--kube-api-burst=0").Flags.CheckThrottle(), Is.Null);

    [Test]
    public void The_version_line_is_the_path_and_the_version() =>
        Assert.That(StandardFlags.VersionLine("v1.2.3"), Is.EqualTo($"{Environment.GetCommandLineArgs()[0]} v1.2.3"));

    private static (StandardFlags Flags, FlagParse Outcome) Parse(ProgramKind kind, params string[] args)
    {
        var set = new FlagSet("prog", FlagDialect.GoFlag);
        var flags = new StandardFlags(set, kind);
        _ = new LoggingFlags(set);
        return (flags, set.Parse(args));
    }
}

namespace Sidecars.Playground.Tests;

internal sealed class PlaygroundFlagsTests
{
    [Test]
    public void Every_flag_has_its_effect()
    {
        var options = PlaygroundFlags.Parse(
            ["--once", "-f", "a.yaml", "-f=b.yaml", "--chart", "one.yaml", "--chart=two.yaml", "--csi-address", "/s.sock", "--keep-dir=/d", "--programs", "/p", "--v", "3", "--timeout=2m",
                "--provisioner-args=--worker-threads=1  --timeout=30s", "--provisioner-args", "--v=9", "--snapshot-controller-args=--resync-period=1m"]).Options!;
        Assert.Multiple(() =>
        {
            Assert.That(options.Once);
            Assert.That(options.Files, Is.EqualTo(new[] { "a.yaml", "b.yaml" }));
            Assert.That(options.ChartValues, Is.EqualTo(new[] { "one.yaml", "two.yaml" }));
            Assert.That(options.CsiAddress, Is.EqualTo("/s.sock"));
            Assert.That(options.KeepDirectory, Is.EqualTo("/d"));
            Assert.That(options.Programs, Is.EqualTo("/p"));
            Assert.That(options.Verbosity, Is.EqualTo(3));
            Assert.That(options.StepLimit, Is.EqualTo(TimeSpan.FromMinutes(2)));
            Assert.That(options.SidecarArguments["csi-provisioner"], Is.EqualTo((string[])["--worker-threads=1", "--timeout=30s", "--v=9"]));
            Assert.That(options.SidecarArguments["snapshot-controller"], Is.EqualTo((string[])["--resync-period=1m"]));
            Assert.That(options.SidecarArguments["csi-attacher"], Is.Empty);
        });
    }

    [TestCase("--nonsense", "--nonsense")]
    [TestCase("--once=true", "--once=true")]
    [TestCase("-f", "-f needs a value")]
    [TestCase("--v=much", "much")]
    [TestCase("words", "words")]
    [TestCase("--timeout=0s", "--timeout \"0s\"")]
    [TestCase("--timeout=60", "no duration")]
    [TestCase("--nobody-args=--v=9", "--nobody-args")]
    [TestCase("--csi-address=", "--csi-address")]
    [TestCase("--csi-address=localhost:9000", "names a host")]
    [TestCase("--csi-address=unix-abstract:driver", "without a file")]
    [TestCase("--csi-address=tcp://driver:9000", "neither an absolute path, a unix:// URL nor host:port")]
    public void A_bad_argument_is_named(string argument, string named)
    {
        var (options, error) = PlaygroundFlags.Parse([argument]);
        Assert.That(options, Is.Null);
        Assert.That(error, Does.Contain(named));
    }

    [TestCase("/run/csi.sock", "/run/csi.sock")]
    [TestCase("unix:///run/csi.sock", "/run/csi.sock")]
    [TestCase("unix:/run/csi.sock", "/run/csi.sock")]
    [TestCase("unix:csi.sock", "/here/csi.sock")]
    [TestCase("csi.sock", "/here/csi.sock")]
    [TestCase("./driver/../csi.sock", "/here/csi.sock")]
    public void A_driver_s_socket_is_named_as_for_the_sidecars_or_from_where_one_is(string address, string path) =>
        Assert.That(DriverSocket.Parse(address, "/here"), Is.EqualTo((path, "")));

    [Test]
    public void A_socket_whose_path_the_system_cannot_hold_is_refused_with_its_length() =>
        Assert.That(DriverSocket.Parse($"{new string('d', 120)}/csi.sock", "/here").Error, Does.Contain("octets"));

    [Test]
    public void Usage_has_the_flag_of_every_sidecar() =>
        Assert.That(SidecarProgram.All.Select(sidecar => $"{sidecar.ArgumentsFlag} A"), Is.SubsetOf(UsageFlags()));

    // The script takes the first itself, and the others are its way to ask for this very text.
    [TestCaseSource(nameof(UsageFlags))]
    public void A_flag_of_the_usage_takes_a_value_where_it_says_so(string flag)
    {
        if (flag is "--native" or "--help" or "-h") return;
        var needs = flag.Split(' ') is [_, _];
        Assert.That(PlaygroundFlags.Parse([flag.Split(' ')[0]]).Error, Is.EqualTo(needs ? $"{flag.Split(' ')[0]} needs a value" : ""));
    }

    [Test]
    public void The_page_has_each_flag_of_the_usage()
    {
        var page = File.ReadAllText(Path.Combine(HelmProgram.Repository(), "docs", "playground.md"));
        var sidecars = SidecarProgram.All.Select(sidecar => $"{sidecar.ArgumentsFlag} A").Except(["--provisioner-args A"]).ToHashSet(StringComparer.Ordinal);
        Assert.That(UsageFlags().Where(flag => !sidecars.Contains(flag) && flag is not ("-h" or "--help")), Is.All.Matches<string>(flag => page.Contains($"`{flag}`", StringComparison.Ordinal)));
    }

    // As the script reads them.
    private static IEnumerable<string> UsageFlags() => PlaygroundFlags.Usage.Split('\n').Where(line => line.StartsWith("  -", StringComparison.Ordinal))
        .SelectMany(line => line[2..].Split("  ")[0].Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));

    [Test]
    public void Help_is_no_error() => Assert.That(PlaygroundFlags.Parse(["--help"]), Is.EqualTo(((PlaygroundOptions?)null, "")));
}

namespace Sidecars.Bench.Tests;

internal sealed class BenchFlagsTests
{
    [TestCase("", "which mode, and how many?")]
    [TestCase("-- csi-provisioner", "which mode, and how many?")]
    [TestCase("dance 5 -- p", "unknown mode \"dance\"; there are: provision, delete, attach, detach, snapshot, expand, idle")]
    [TestCase("provision -- p", "provision needs a whole number of objects")]
    [TestCase("provision many -- p", "provision needs a whole number of objects")]
    [TestCase("provision -5 -- p", "provision needs a whole number of objects")]
    [TestCase("provision 0 -- p", "provision needs at least one object")]
    [TestCase("provision 5", "which program is to be measured? Name it after --")]
    [TestCase("provision 5 --", "which program is to be measured? Name it after --")]
    [TestCase("provision 5 -- p -- -- q", "which program is to be measured? Name it after --")]
    [TestCase("provision 5 --colour -- p", "unknown argument: --colour")]
    [TestCase("provision 5 --json=yes -- p", "--json takes no value")]
    [TestCase("provision 5 --limit -- p", "--limit needs a value")]
    [TestCase("provision 5 --limit 0s -- p", "--limit \"0s\" is no duration, such as 90s or 2m")]
    [TestCase("provision 5 --quiet soon -- p", "--quiet \"soon\" is no duration, such as 90s or 2m")]
    [TestCase("expand 5 --claims=x -- p", "--claims \"x\" is no whole number of 0 or more")]
    [TestCase("expand 5 --pods 6 -- p", "--pods 6 is more than there are claims (5): each pod uses one")]
    [TestCase("provision 5 --pods 1 -- p", "--pods 1 is more than there are claims (0): each pod uses one")]
    [TestCase("idle 5 --claims 3 -- p", "idle N says already how many claims there are: leave --claims out")]
    [TestCase("attach 5 --audit-log a -- p", "--sidecar-kubeconfig and --audit-log are for the cluster of --kubeconfig; an embedded one has its own")]
    [TestCase("attach 5 --sidecar-kubeconfig a -- p", "--sidecar-kubeconfig and --audit-log are for the cluster of --kubeconfig; an embedded one has its own")]
    public void A_command_line_that_makes_no_sense_is_refused_with_the_reason(string line, string expected)
    {
        var (options, error) = BenchFlags.Parse(Words(line));

        Assert.That(options, Is.Null);
        Assert.That(error, Is.EqualTo(expected));
    }

    [TestCase("--help")]
    [TestCase("provision 5 -h -- p")]
    public void Help_is_no_error(string line) => Assert.That(BenchFlags.Parse(Words(line)), Is.EqualTo(((BenchOptions?)null, "")));

    [Test]
    public void All_flags_are_read()
    {
        var (options, _) = BenchFlags.Parse(Words("expand 5 --claims=9 --pods 7 --limit 90s --quiet=0s --kubeconfig k --sidecar-kubeconfig=s --audit-log a --live --json --yes-this-cluster -- p"));

        Assert.That(options! with { Commands = [] }, Is.EqualTo(new BenchOptions
        {
            Mode = "expand", Count = 5, Claims = 9, Pods = 7, Limit = TimeSpan.FromSeconds(90), Quiet = TimeSpan.Zero, Kubeconfig = "k", SidecarKubeconfig = "s", AuditLog = "a",
            IsLive = true, AsJson = true, InAnyCluster = true, Commands = [],
        }).Using<BenchOptions>((one, other) => one.ToString() == other.ToString()));
    }

    [Test]
    public void Programs_are_parted_by_dashes_and_keep_their_own_flags()
    {
        var (options, _) = BenchFlags.Parse(Words("idle 0 -- a/csi-provisioner --json -h -- snapshot-controller"));

        Assert.That(options!.AsJson, Is.False, "that flag is the program's");
        Assert.That(options.Commands.Select(command => (command.Path, command.Name, string.Join(' ', command.Arguments), command.HasDriver)), Is.EqualTo(new[]
        {
            ("a/csi-provisioner", "csi-provisioner", "--json -h", true),
            ("snapshot-controller", "snapshot-controller", "", false),
        }));
    }

    [TestCase("idle 7 -- p", 7)]
    [TestCase("expand 7 -- p", 7)]
    [TestCase("expand 7 --claims 3 -- p", 7)]
    [TestCase("expand 7 --claims 30 -- p", 30)]
    [TestCase("attach 7 -- p", 0)]
    [TestCase("attach 7 --claims 3 -- p", 3)]
    public void Claims_stand_by(string line, int expected) => Assert.That(BenchFlags.Parse(Words(line)).Options!.StandingClaims, Is.EqualTo(expected));

    private static string[] Words(string line) => line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}

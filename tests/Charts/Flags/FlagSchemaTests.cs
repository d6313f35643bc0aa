namespace Sidecars.Charts.Tests;

/// <summary>Every flag of every program is a key of <c>args</c>, and nothing else is.</summary>
internal sealed class FlagSchemaTests
{
    private static readonly string[] s_charts = ["csi-sidecars", "snapshot-controller"];

    /// <summary>Flags for which rights, ports or paths are worked out, so that a key stands for them; <see cref="RefusalTests"/> holds that they are refused.</summary>
    private static readonly string[] s_owned = ["csi-address", "leader-election", "leader-election-namespace", "leader-election-lease-duration", "leader-election-renew-deadline",
        "leader-election-retry-period", "leader-election-labels", "http-endpoint", "metrics-address", "health-port", "kubelet-registration-path", "plugin-registration-path",
        "enable-capacity", "node-deployment", "kubeconfig", "master", "enable-distributed-snapshotting"];

    [TestCaseSource(nameof(s_charts))]
    public void The_schema_lists_the_flags_that_the_programs_tell(string chart) =>
        Assert.That(File.ReadAllText(FlagSchema.PathOf(chart)), Is.EqualTo(FlagSchema.Wanted(chart)), "the flags of a program have changed: run eng/charts.sh");

    [Test]
    public async Task The_fullest_values_pass_every_flag_on_by_its_own_name()
    {
        foreach (var (key, program) in FlagTable.Programs)
        {
            var chart = ChartCase.Of(key is "snapshotController" ? "snapshot-controller" : "csi-driver", "everything");
            var containers = (await chart.Objects()).SelectMany(one => one.Containers).Where(one => one["command"]?[0]?.GetValue<string>() == $"/{program}").ToList();
            Assert.That(containers, Is.Not.Empty, program);
            var given = containers[0]["args"]!.AsArray().Select(argument => argument!.GetValue<string>()).ToList();
            foreach (var flag in FlagTable.Of(key).Where(flag => !s_owned.Contains(flag.Name)))
                Assert.That(given, Has.Some.StartsWith($"--{flag.Name}="), $"{program}: everything.yaml gives {flag.Name} no value, or it does not arrive");
        }
    }

    /// <summary>The text that stands behind a flag for each kind of value a user may write.</summary>
    [TestCase("worker-threads", "5000000", "5000000")]
    [TestCase("kube-api-qps", "0.5", "0.5")]
    [TestCase("kube-api-burst", "20", "20")]
    [TestCase("strict-topology", "true", "true")]
    [TestCase("immediate-topology", "false", "false")]
    [TestCase("default-fstype", "\"\"", "")]
    [TestCase("volume-name-prefix", "\"a b\"", "a b")]
    [TestCase("feature-gates", "{Topology: true, AllBeta: false}", "AllBeta=false,ReleaseLeaderElectionOnExit=true,Topology=true")]
    public async Task A_value_arrives_as_the_program_reads_it(string flag, string yaml, string text)
    {
        var values = Path.Combine(Workspace.Folder, $"value-{flag}.yaml");
        await File.WriteAllTextAsync(values, $"csi-sidecars: {{provisioner: {{args: {{{flag}: {yaml}}}}}}}");
        var args = await ProvisionerArgs(["--values", values]);
        Assert.That(args, Has.Exactly(1).StartsWith($"--{flag}=").And.Exactly(1).EqualTo($"--{flag}={text}"));
    }

    [Test]
    public async Task A_number_of_the_command_line_arrives_too_and_null_takes_a_flag_of_all_away()
    {
        var args = await ProvisionerArgs(["--set", "csi-sidecars.provisioner.args.worker-threads=5000000", "--set", "csi-sidecars.provisioner.args.v=null"]);
        Assert.That(args, Does.Contain("--worker-threads=5000000"));
        Assert.That(args, Has.None.StartsWith("--v="));
    }

    [Test]
    public async Task Later_layers_win_and_the_order_is_by_name()
    {
        var args = await ProvisionerArgs(["--set", "csi-sidecars.commonArgs.v=1", "--set", "csi-sidecars.controllerArgs.timeout=30s", "--set", "csi-sidecars.provisioner.args.timeout=40s",
            "--set", "csi-sidecars.provisioner.extraArgs={--zz,--aa}"]);
        Assert.That(args, Does.Contain("--v=1").And.Contain("--timeout=40s"));
        Assert.That(args.SkipLast(2).Select(argument => argument.Split('=')[0]), Is.Ordered.Using((IComparer<string>)StringComparer.Ordinal));
        Assert.That(args.TakeLast(2), Is.EqualTo((string[])["--zz", "--aa"]));
    }

    public static void Rewrite()
    {
        foreach (var chart in s_charts) File.WriteAllText(FlagSchema.PathOf(chart), FlagSchema.Wanted(chart));
    }

    private static async Task<List<string>> ProvisionerArgs(IReadOnlyList<string> further)
    {
        var seen = new List<List<string>>();
        foreach (var helm in Helm.Both)
        {
            var result = await helm.Template(Workspace.Chart("csi-driver"), "storage", [.. ChartCase.Of("csi-driver", "minimal").Values, .. further]);
            Assert.That(result.Succeeded, $"{helm}: {result.Errors}");
            var container = Manifest.ReadAll(result.Output).SelectMany(one => one.Containers).Single(one => one["name"]!.GetValue<string>() == "csi-provisioner");
            seen.Add([.. container["args"]!.AsArray().Select(argument => argument!.GetValue<string>())]);
        }
        Assert.That(seen[1], Is.EqualTo(seen[0]), "the two Helms pass different arguments");
        return seen[0];
    }
}

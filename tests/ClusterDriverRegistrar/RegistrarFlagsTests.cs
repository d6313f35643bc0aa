namespace Sidecars.ClusterDriverRegistrar.Tests;

/// <summary>The command line (registrar contract A2, B1, B2).</summary>
internal sealed class RegistrarFlagsTests
{
    [Test]
    public void Without_a_flag_only_what_the_original_writes_is_wanted()
    {
        var wanted = Parsed().Spec.Wanted(attachRequired: true);
        Assert.That(wanted, Is.EqualTo(new Objects.CsiDriverSpec { AttachRequired = true, PodInfoOnMount = false }));
        Assert.That((Parsed().CsiAddress.Value, Parsed().Standard.Kubeconfig.Value), Is.EqualTo(("/run/csi/socket", "")));
    }

    [TestCase("--logtostderr=true --alsologtostderr --stderrthreshold=2 -v=5")]
    [TestCase("-log_dir=/tmp -log_file x -skip_headers -log_backtrace_at=a.go:1 -vmodule=a=1")]
    [TestCase("-stderrthreshold=error -log_backtrace_at=")]
    [TestCase("--kubeconfig=k --csi-address=unix:///x/y --pod-info-mount")]
    [TestCase("--http-endpoint=:1 --metrics-path=/m --kube-api-qps=1 --kube-api-burst=2 --leader-election --leader-election-namespace=n")]
    [TestCase("--fs-group-policy= --volume-lifecycle-modes= --token-requests=")]
    [TestCase("--node-allocatable-update-period=10s")]
    [TestCase("--token-requests=[{\"audience\":\"\",\"expirationSeconds\":4294967296}] --service-account-token-in-secrets=false")]
    public void Flags_of_the_original_and_of_today_are_accepted(string line) => Assert.That(Parsed(line.Split(' ')).Problem(), Is.Null);

    [TestCase("", null)]
    [TestCase("--attach-required=auto", null)]
    [TestCase("--attach-required=true", true)]
    [TestCase("--attach-required=false", false)]
    [TestCase("--driver-requires-attachment", true)]
    [TestCase("--driver-requires-attachment=false", false)]
    [TestCase("--driver-requires-attachment=false --attach-required=false", false)]
    public void The_older_name_of_attach_required_means_the_same(string line, bool? asked)
    {
        var flags = Parsed(line.Split(' '));
        Assert.That(flags.Problem(), Is.Null);
        Assert.That(flags.Spec.AttachRequired, Is.EqualTo(asked));
    }

    [TestCase("", false)]
    [TestCase("--pod-info-mount-version=", false)]
    [TestCase("--pod-info-mount-version=\"\"", false)]
    [TestCase("--pod-info-mount-version=v1", true)]
    [TestCase("--pod-info-mount-version=\"v1\"", true)]
    [TestCase("--pod-info-mount --pod-info-mount-version=v1", true)]
    [TestCase("--pod-info-mount --pod-info-mount-version=", true)]
    public void The_older_flag_of_the_pods_information_means_the_same(string line, bool asked)
    {
        var flags = Parsed(line.Split(' '));
        Assert.That(flags.Problem(), Is.Null);
        Assert.That(flags.Spec.Wanted(true).PodInfoOnMount, Is.EqualTo(asked));
    }

    [TestCase("--pod-info-mount-version=v2", "--pod-info-mount-version must be v1 or empty, it is \"v2\"")]
    [TestCase("--pod-info-mount=false --pod-info-mount-version=v1", "contradict each other")]
    [TestCase("--attach-required=maybe", "--attach-required must be auto, true or false")]
    [TestCase("--attach-required=true --driver-requires-attachment=false", "contradict each other")]
    [TestCase("--fs-group-policy=file", "--fs-group-policy must be one of ReadWriteOnceWithFSType, File, None")]
    [TestCase("--volume-lifecycle-modes=Persistent,Inline", "it names \"Inline\"")]
    [TestCase("--volume-lifecycle-modes=Persistent,Persistent", "each mode once")]
    [TestCase("--node-allocatable-update-period=9s", "10s at least, it is 9s")]
    [TestCase("--node-allocatable-update-period=10500ms", "whole seconds")]
    [TestCase("--node-allocatable-update-period=0", "10s at least")]
    [TestCase("--token-requests=vault", "--token-requests cannot be read")]
    [TestCase("--token-requests=[{}]", "--token-requests cannot be read")]
    [TestCase("--token-requests=[null]", "an audience")]
    [TestCase("--token-requests=[{\"audience\":\"a\",\"expiration\":1}]", "--token-requests cannot be read")]
    [TestCase("--token-requests=[{\"audience\":\"a\"},{\"audience\":\"a\"}]", "the audience \"a\" twice")]
    [TestCase("--token-requests=[{\"audience\":\"a\",\"expirationSeconds\":599}]", "from 600 to 4294967296, it is 599")]
    [TestCase("--token-requests=[{\"audience\":\"a\",\"expirationSeconds\":4294967297}]", "from 600 to 4294967296")]
    [TestCase("--service-account-token-in-secrets", "needs --token-requests")]
    [TestCase("--service-account-token-in-secrets=false --token-requests=[]", "needs --token-requests")]
    [TestCase("--csi-address=nonsense", "neither an absolute path")]
    [TestCase("--leader-election --leader-election-lease-duration=1s", "--leader-election-lease-duration")]
    [TestCase("--kube-api-qps=1 --kube-api-burst=0", "--kube-api-burst")]
    [TestCase("--feature-gates=Nope=true", "unrecognized feature gate")]
    [TestCase("--http-endpoint=:1 --metrics-path=metrics", "begin with a slash")]
    [TestCase("--http-endpoint=:1 --metrics-path=/readyz", "choose another")]
    public void A_value_the_server_or_the_program_cannot_take_is_refused_with_the_reason(string line, string reason) =>
        Assert.That(Parsed(line.Split(' ')).Problem(), Does.Contain(reason));

    [TestCase("--connection-timeout=5s", "--connection-timeout=5s is deprecated")]
    [TestCase("--logtostderr=false", "--logtostderr=false has no effect")]
    [TestCase("--log_file=/x", "--log_file=/x has no effect")]
    [TestCase("--automaxprocs", "--automaxprocs has no effect: the runtime follows the CPU quota by itself")]
    [TestCase("--connection-timeout=0s --logtostderr --automaxprocs=false", null)]
    public void A_flag_without_effect_is_told(string line, string? told) =>
        Assert.That(string.Join('\n', Parsed(line.Split(' ')).WithoutEffect()), told is null ? Is.Empty : Does.StartWith(told));

    private static RegistrarFlags Parsed(params string[] arguments)
    {
        var flags = new RegistrarFlags();
        Assert.That(flags.Parse([.. arguments.Where(a => a.Length > 0)]).Report(TextWriter.Null), Is.Null);
        return flags;
    }
}

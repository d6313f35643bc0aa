using Sidecars.EmbeddedCluster;
using Sidecars.Tests.Support;

namespace Sidecars.ExternalAttacher.Tests.Program;

/// <summary>How the published program connects to an API server over TLS, by what kubeconfig and environment say (common contract 8.1 and 8.2).</summary>
internal sealed class SecureConnectionProcessTests : ReachingTest
{
    [Test]
    public async Task A_bundle_that_holds_only_an_authority_in_between_is_trusted_and_no_stranger()
    {
        using var between = new TestAuthority("between", Authority);
        using var stranger = new TestAuthority("between");
        using var certificate = between.Server("127.0.0.1");
        using var foreign = stranger.Server("127.0.0.1");
        await using var front = Front(foreign);
        Rig.Configure(front.Url, Trusting(between.Pem));
        var program = Rig.Start(Variables(""));
        await program.WaitForErrorLine(l => l.Contains("signed by the authority the configuration names", StringComparison.Ordinal));
        Assert.That(Rig.Cluster.Requests.Entries, Is.Empty);
        front.Certificate = certificate;
        await Attaches();
    }

    [Test]
    public async Task A_client_certificate_is_shown_with_those_above_it_and_the_name_of_the_tls_server_is_asked_for()
    {
        using var between = new TestAuthority("between", Authority);
        var (own, key) = between.Client("me");
        await File.WriteAllTextAsync(Path.Combine(Rig.Folder, "me.crt"), own + "\n" + between.Pem);
        await File.WriteAllTextAsync(Path.Combine(Rig.Folder, "me.key"), key);
        using var certificate = Authority.Server("kubernetes.example");
        await using var front = Front(certificate, asksForCertificate: true);
        Rig.Configure(front.Url, $"{Trusting(Authority.Pem)}, tls-server-name: kubernetes.example", "client-certificate: me.crt, client-key: me.key");
        Rig.Start(Variables(""));
        await Attaches();
        foreach (var handshake in front.Handshakes)
        {
            Assert.That(handshake.ServerName, Is.EqualTo("kubernetes.example"));
            Assert.That(handshake.Certificates, Is.EqualTo(new[] { "CN=me", "CN=between" }));
        }
    }

    [TestCase("", "h2")]
    [TestCase("DISABLE_HTTP2=", "h2")]
    [TestCase("DISABLE_HTTP2=false", "http/1.1", Description = "whatever it holds")]
    public async Task HTTP2_is_spoken_unless_the_environment_says_otherwise(string environment, string protocol)
    {
        using var certificate = Authority.Server("127.0.0.1");
        await using var front = Front(certificate);
        Rig.Configure(front.Url, Trusting(Authority.Pem));
        Rig.Start(Variables(environment), "--leader-election", "--leader-election-namespace=default");
        await Attaches();
        Assert.That(front.Handshakes.Select(h => h.Protocol).Distinct(), Is.EqualTo(new[] { protocol }));
    }

    [Test]
    public async Task A_server_that_vanishes_is_noticed_by_the_pings_the_environment_asks_for()
    {
        using var certificate = Authority.Server("127.0.0.1");
        await using var front = Front(certificate);
        Rig.Configure(front.Url, Trusting(Authority.Pem));
        Rig.Start(Variables("HTTP2_READ_IDLE_TIMEOUT_SECONDS=1 HTTP2_PING_TIMEOUT_SECONDS=1"));
        await Attaches();
        front.Vanish(); // the usual pings would need 45 seconds, longer than a test waits
        await Attaches();
    }

    [Test]
    public async Task A_setting_of_the_pings_that_is_no_number_is_told()
    {
        var program = Rig.Start(Variables("HTTP2_PING_TIMEOUT_SECONDS=soon"));
        await program.WaitForErrorLine(l => l.Contains("HTTP2_PING_TIMEOUT_SECONDS is no whole number of seconds, using 15: soon", StringComparison.Ordinal));
        await Attaches();
    }

    [Test]
    public async Task A_plug_in_beside_the_kubeconfig_gives_the_token_and_another_one_when_that_is_refused()
    {
        await Prepare(new ClusterOptions { AllowAnonymous = false, Users = [new("first", "t1", "system:masters"), new("second", "t2", "system:masters")] });
        var plugin = Path.Combine(Rig.Folder, "plugin");
        await File.WriteAllTextAsync(plugin, """
            #!/bin/sh
            echo run >> "$(dirname "$0")/runs"
            echo '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"token":"t'$(wc -l < "$(dirname "$0")/runs")'"}}'
            """);
        File.SetUnixFileMode(plugin, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        using var certificate = Authority.Server("127.0.0.1");
        await using var front = Front(certificate);
        Rig.Configure(front.Url, Trusting(Authority.Pem), "exec: {apiVersion: client.authentication.k8s.io/v1, command: ./plugin, interactiveMode: Never}");
        var program = Rig.Start(Variables(""), "--leader-election", "--leader-election-namespace=default", "-v=2");
        await Attaches();
        Assert.That(Users(), Is.EqualTo(new[] { "first" }));

        Rig.Cluster.Requests.Clear();
        Rig.Cluster.Faults.Add(new RequestMatch { User = "first" }, Unauthorized);
        Rig.Cluster.Faults.CutWatches(RequestMatch.Any); // three at once are refused, and two clients
        await Attaches();
        Assert.That(Users(), Does.Contain("second"));
        Assert.That(await File.ReadAllLinesAsync(Path.Combine(Rig.Folder, "runs")), Has.Length.EqualTo(2), "one process for all who wait");
        Assert.That(program.HasExited, Is.False);

        IEnumerable<string> Users() => Rig.Requests.Select(r => r.User).Distinct();
    }
}

using Sidecars.EmbeddedCluster;
using Sidecars.Tests.Support;

namespace Sidecars.ExternalAttacher.Tests.Program;

/// <summary>
/// What the kubelet replaces while the published program runs: each file is a link through <c>..data</c>, whose time of change stays, and what is
/// behind it for a moment may be half of what it should be (common contract 8.1).
/// </summary>
internal sealed class RotationProcessTests : ReachingTest
{
    [Test]
    public async Task An_authority_that_is_rotated_is_trusted_without_a_restart_and_half_of_one_changes_nothing()
    {
        using var next = new TestAuthority("next");
        using var before = Authority.Server("127.0.0.1");
        using var after = next.Server("127.0.0.1");
        await using var front = Front(before);
        var volume = new MountedVolume(Rig.Folder);
        volume.Write(("ca.crt", Authority.Pem));
        Rig.Configure(front.Url, "certificate-authority: ca.crt");
        var program = Rig.Start(Variables(""));
        await Attaches();

        volume.Write(("ca.crt", next.Pem[..(next.Pem.Length / 2)]));
        front.Cut();
        await Attaches();

        front.Certificate = after;
        front.Cut();
        await program.WaitForErrorLine(l => l.Contains("signed by the authority the configuration names", StringComparison.Ordinal));
        volume.Write(("ca.crt", next.Pem));
        await Attaches();
        Assert.That(program.HasExited, Is.False);
    }

    [Test]
    public async Task A_client_certificate_that_is_rotated_is_shown_without_a_restart_and_one_without_its_key_is_not()
    {
        var (me, you) = (Authority.Client("me"), Authority.Client("you"));
        using var certificate = Authority.Server("127.0.0.1");
        await using var front = Front(certificate, asksForCertificate: true);
        var volume = new MountedVolume(Rig.Folder);
        volume.Write(("tls.crt", me.Certificate), ("tls.key", me.Key));
        Rig.Configure(front.Url, Trusting(Authority.Pem), "client-certificate: tls.crt, client-key: tls.key");
        Rig.Start(Variables(""));
        await Attaches();

        volume.Write(("tls.crt", you.Certificate), ("tls.key", ""));
        front.Cut();
        await Attaches();
        Assert.That(front.Handshakes.Select(h => h.Certificates[0]).Distinct(), Is.EqualTo(new[] { "CN=me" }));

        volume.Write(("tls.crt", you.Certificate), ("tls.key", you.Key));
        front.Cut();
        await Attaches();
        Assert.That(front.Handshakes[^1].Certificates[0], Is.EqualTo("CN=you"));
    }

    [Test]
    public async Task A_token_that_is_rotated_is_sent_without_a_restart_and_an_empty_file_is_none()
    {
        await Prepare(new ClusterOptions { AllowAnonymous = false, Users = [new("before", "one", "system:masters"), new("after", "two", "system:masters")] });
        using var certificate = Authority.Server("127.0.0.1");
        await using var front = Front(certificate);
        var volume = new MountedVolume(Rig.Folder);
        volume.Write(("token", "one"));
        Rig.Configure(front.Url, Trusting(Authority.Pem), "tokenFile: token");
        Rig.Start(Variables(""), "-v=10");
        await Attaches();

        volume.Write(("token", ""));
        using (var refused = Rig.Cluster.Faults.Add(new RequestMatch { Verb = "watch" }, Unauthorized, times: 1)) // read again at once
        {
            Rig.Cluster.Faults.CutWatches(RequestMatch.Any);
            await refused.Reached.WithinLimit();
            await Attaches();
        }
        Assert.That(Users(), Is.EqualTo(new[] { "before" }));

        volume.Write(("token", "one"));
        await Attaches(); // with a token that was read and is not refused: it would be sent for most of a minute

        volume.Write(("token", "two"));
        Rig.Cluster.Requests.Clear();
        var unknown = Rig.Cluster.Faults.Add(new RequestMatch { User = "before" }, Unauthorized);
        Rig.Cluster.Faults.CutWatches(RequestMatch.Any);
        await unknown.Reached.WithinLimit();
        await Attaches();
        Assert.That(Users(), Does.Contain("after"));
        Assert.That(Rig.Output, Has.None.Contains("Bearer one").And.None.Contains("Bearer two"));

        IEnumerable<string> Users() => Rig.Requests.Select(r => r.User).Distinct();
    }

    [Test]
    public async Task In_a_pod_token_and_authority_of_its_service_account_are_rotated_without_a_restart()
    {
        if (!PublishedProgram.CanStartInPod()) Assert.Ignore("only root may give a program mounts of its own");
        await Prepare(new ClusterOptions { AllowAnonymous = false, Users = [new("before", "one", "system:masters"), new("after", "two", "system:masters")] });
        using var next = new TestAuthority("next");
        using var old = Authority.Server("127.0.0.1");
        using var @new = next.Server("127.0.0.1");
        await using var front = Front(old);
        var volume = new MountedVolume(Rig.Folder);
        volume.Write(("token", "one"), ("ca.crt", Authority.Pem), ("namespace", "kube-system"));
        var program = Rig.StartInPod(Rig.Folder, front.Port, "--leader-election");
        await Attaches();
        Assert.That(Rig.Cluster.Storage.Get("leases", "kube-system", "external-attacher-leader-csi-example-com").IsOk, Is.True, "in the namespace of the pod");

        front.Certificate = @new;
        volume.Write(("token", "two"), ("ca.crt", next.Pem), ("namespace", "kube-system"));
        Rig.Cluster.Faults.Add(new RequestMatch { User = "before" }, Unauthorized);
        Rig.Cluster.Requests.Clear();
        front.Cut();
        await Attaches();
        Assert.That(Rig.Requests.Select(r => r.User), Does.Contain("after"));
        Assert.That(program.HasExited, Is.False);
    }
}

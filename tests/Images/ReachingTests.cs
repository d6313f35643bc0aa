using Sidecars.EmbeddedCluster;
using Sidecars.Tests.Support;

namespace Sidecars.Images.Tests;

/// <summary>From inside a container a program reaches its API server over TLS and its driver on the socket.</summary>
internal sealed class ReachingTests
{
    private readonly TemporaryDirectory _directory = new();
    private readonly TestAuthority _authority = new("an authority that the administrator trusts");

    [TearDown]
    public void End()
    {
        _authority.Dispose();
        _directory.Dispose();
    }

    [TestCaseSource(typeof(Shipped), nameof(Shipped.ApiClients))]
    public async Task Over_TLS_by_an_authority_beside_Debians(string program)
    {
        await using var world = await World.Start(_directory, _authority);
        using var image = await UnpackedImage.Of(program);
        await using var container = image.Start(Arguments(program), [.. world.Mounts, Trusted()]);
        await Reaches(world, container, program);
        var status = await container.Status();
        Assert.That(status["Uid"].Split('\t'), Is.All.EqualTo($"{Shipped.User}"));
        Assert.That(Convert.ToUInt64(status["CapEff"], 16), Is.Zero);
        Assert.That(world.Front.Handshakes, Is.Not.Empty);
    }

    [Test]
    public async Task Over_TLS_as_a_user_the_image_does_not_know()
    {
        await using var world = await World.Start(_directory, _authority);
        using var image = await UnpackedImage.Of("csi-attacher");
        await using var container = image.Start(1_000_650_000, ["/csi-attacher", .. Arguments("csi-attacher")], [.. world.Mounts, Trusted()]);
        await Reaches(world, container, "csi-attacher");
    }

    [Test]
    public async Task Not_by_an_authority_nobody_trusts()
    {
        await using var world = await World.Start(_directory, _authority);
        using var image = await UnpackedImage.Of("csi-attacher");
        await using var container = image.Start(Arguments("csi-attacher"), world.Mounts);
        await container.Run.WaitForErrorLine(l => l.Contains("the server's certificate must be valid", StringComparison.Ordinal));
        Assert.That(world.Cluster.Requests.Entries, Is.Empty);
    }

    private static string[] Arguments(string program) =>
        ["--kubeconfig=/config/kubeconfig", .. program is "snapshot-controller" ? Array.Empty<string>() : ["--csi-address=/csi/csi.sock"]];

    private UnpackedImage.Mount Trusted()
    {
        var file = _directory.File("authority.crt");
        File.WriteAllText(file, _authority.Pem);
        return new(file, "/etc/ssl/certs/authority.crt");
    }

    private static async Task Reaches(World world, Container container, string program)
    {
        var request = world.Cluster.Requests.WaitFor(new RequestMatch { UserAgent = program });
        if (await Task.WhenAny(request, container.Run.Exited).WithinLimit() != request) Assert.Fail(string.Join('\n', container.Run.ErrorLines));
    }

    /// <summary>A cluster behind TLS, a driver, and what a container is lent of them.</summary>
    private sealed class World(ClusterServer cluster, ScriptedDriver driver, TlsFront front, string folder) : IAsyncDisposable
    {
        public ClusterServer Cluster => cluster;

        public TlsFront Front => front;

        public UnpackedImage.Mount[] Mounts => [new(Path.Combine(folder, "csi"), "/csi"), new(Path.Combine(folder, "config"), "/config")];

        public static async Task<World> Start(TemporaryDirectory directory, TestAuthority authority)
        {
            foreach (var folder in (string[])["csi", "config"]) Directory.CreateDirectory(directory.File(folder));
            var cluster = await ClusterServer.StartAsync().WithinLimit();
            var driver = await OpenDriver.Start(directory.File("csi"));
            var front = new TlsFront(cluster.Url.Port, authority.Server("127.0.0.1"));
            await File.WriteAllTextAsync(Path.Combine(directory.File("config"), "kubeconfig"), $$$"""
                apiVersion: v1
                kind: Config
                current-context: here
                contexts: [{name: here, context: {cluster: c, user: u}}]
                clusters: [{name: c, cluster: {server: "{{{front.Url}}}"}}]
                users: [{name: u, user: {}}]
                """);
            return new World(cluster, driver, front, directory.Path);
        }

        public async ValueTask DisposeAsync()
        {
            await front.DisposeAsync();
            front.Certificate.Dispose();
            await driver.DisposeAsync();
            await cluster.DisposeAsync().WithinLimit();
        }
    }
}

using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Sidecars.Hosting.Files;
using Sidecars.NodeDriverRegistrar.Grpc;
using Sidecars.NodeDriverRegistrar.Health;
using Sidecars.NodeDriverRegistrar.Http2;
using Sidecars.NodeDriverRegistrar.Registration;
using Sidecars.Tests.Support;

namespace Sidecars.NodeDriverRegistrar.Tests;

/// <summary>The registration service behind its socket, inside the test's process, with a clock that stands still.</summary>
internal sealed class ServerRig : IAsyncDisposable
{
    public const string Driver = "d.example.com";
    public const string Endpoint = "/var/lib/kubelet/plugins/d.example.com/csi.sock";

    private readonly TemporaryDirectory _directory = new();

    public ServerRig(TimeSpan? checkLimit = null)
    {
        System.IO.Directory.CreateDirectory(Directory);
        Service = new RegistrationService(Driver, Endpoint, Log);
        Server = new Http2Server(new GrpcTarget(Service.Methods), Log, Time);
        Socket = new RegistrationSocket(Path);
        Watch = new RegistrationWatch(Socket, Server, Service, Time, Log);
        Check = new SelfCheck(Path, Driver, checkLimit ?? TestTimeouts.Limit, TimeProvider.System);
        Assert.That(Watch.Open(), Is.Null);
    }

    public RecordingLogger Log { get; } = new(LogLevel.Debug);

    public FakeTimeProvider Time { get; } = new();

    public RegistrationService Service { get; }

    public Http2Server Server { get; }

    public RegistrationSocket Socket { get; }

    public RegistrationWatch Watch { get; }

    public SelfCheck Check { get; }

    public string Directory => _directory.File("reg");

    public string Path => System.IO.Path.Combine(Directory, Driver + "-reg.sock");

    /// <summary>What is at the path now.</summary>
    public FileIdentity File => FileIdentity.Read(Path, out _)!.Value;

    public async ValueTask DisposeAsync()
    {
        Socket.Dispose();
        await Server.DisposeAsync().AsTask().WithinLimit();
        _directory.Dispose();
    }
}

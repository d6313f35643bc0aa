using System.Net.Sockets;
using Csi.V1;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.Logging;

namespace Sidecars.HostPathDriver.Tests;

/// <summary>
/// A driver on a real socket in a directory of its own, and clients for its three services. It can be stopped and started again on
/// the same state, as a crashed or upgraded driver would be.
/// </summary>
internal sealed class RunningDriver : IAsyncDisposable
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private readonly DirectoryInfo _root;
    private DriverServer? _server;
    private GrpcChannel? _channel;

    private RunningDriver(Func<DriverOptions, DriverOptions>? change)
    {
        _root = Directory.CreateTempSubdirectory("hostpath-");
        var options = new DriverOptions
        {
            SocketPath = Path.Combine(_root.FullName, "csi.sock"),
            StateDirectory = Path.Combine(_root.FullName, "state"),
            NodeId = "node-1",
            Capacity = 10 * Gi,
            MaxVolumeSize = 4 * Gi,
        };
        Options = change?.Invoke(options) ?? options;
    }

    public const long Gi = 1L << 30;

    public DriverOptions Options { get; private set; }
    public Backend Backend => _server!.Backend;
    public TimeSpan QuietLimit => _server!.QuietLimit;
    public Identity.IdentityClient Identity => new(_channel);
    public Controller.ControllerClient Controller => new(_channel);
    public Node.NodeClient Node => new(_channel);

    public static async Task<RunningDriver> Start(Func<DriverOptions, DriverOptions>? change = null)
    {
        var driver = new RunningDriver(change);
        await driver.StartServer();
        return driver;
    }

    public string PathOf(params string[] parts) => Path.Combine([_root.FullName, .. parts]);

    public async Task StopServer()
    {
        _channel?.Dispose();
        if (_server is not null) await _server.DisposeAsync().AsTask().WaitAsync(Limit);
        _server = null;
    }

    public async Task Restart(Func<DriverOptions, DriverOptions>? change = null)
    {
        await StopServer();
        Options = change?.Invoke(Options) ?? Options;
        await StartServer();
    }

    public async ValueTask DisposeAsync()
    {
        await StopServer();
        _root.Delete(recursive: true);
    }

    /// <summary>The answer to a call that must succeed.</summary>
    public static Task<T> Ok<T>(AsyncUnaryCall<T> call) => call.ResponseAsync.WaitAsync(Limit);

    /// <summary>The status of a call that must fail with this code, and say why.</summary>
    public static async Task<Status> Refused<T>(AsyncUnaryCall<T> call, StatusCode code)
    {
        try
        {
            var answer = await call.ResponseAsync.WaitAsync(Limit);
            throw new AssertionException($"Expected {code}, but the call succeeded with {answer}.");
        }
        catch (RpcException refusal)
        {
            Assert.Multiple(() =>
            {
                Assert.That(refusal.StatusCode, Is.EqualTo(code), refusal.Status.Detail);
                Assert.That(refusal.Status.Detail, Is.Not.Empty, "a refusal says why");
            });
            return refusal.Status;
        }
    }

    public async Task<Volume> CreateVolume(string name, Action<CreateVolumeRequest>? change = null) =>
        (await Ok(Controller.CreateVolumeAsync(Requests.CreateVolume(name, change)))).Volume;

    public async Task<Snapshot> CreateSnapshot(string name, string volume) => (await Ok(Controller.CreateSnapshotAsync(
        new CreateSnapshotRequest { Name = name, SourceVolumeId = volume }))).Snapshot;

    public async Task Stage(string volume, string staging, VolumeCapability? capability = null) =>
        await Ok(Node.NodeStageVolumeAsync(Requests.Stage(volume, staging, capability)));

    public async Task Publish(string volume, string staging, string target, VolumeCapability? capability = null) =>
        await Ok(Node.NodePublishVolumeAsync(Requests.Publish(volume, staging, target, capability)));

    private async Task StartServer()
    {
        _server = await DriverServer.Start(
            Options, TimeProvider.System, logging => logging.SetMinimumLevel(LogLevel.None), CancellationToken.None).WaitAsync(Limit);
        _channel = Connect(Options.SocketPath);
    }

    public static GrpcChannel Connect(string socketPath) => GrpcChannel.ForAddress("http://localhost", new GrpcChannelOptions
    {
        HttpHandler = new SocketsHttpHandler
        {
            ConnectCallback = async (_, stop) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(socketPath), stop);
                return new NetworkStream(socket, ownsSocket: true);
            },
        },
        DisposeHttpClient = true,
    });
}

using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Http.Connections;
using Sidecars.Kubernetes.Objects;
using Sidecars.Tests.Support;

namespace Sidecars.Kubernetes.Tests.Http.Connections;

public sealed class TcpDialerTests
{
    private static readonly DnsEndPoint s_target = new("api.example", 443);
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(30);

    private readonly ObservedTime _time = new();
    private readonly List<string> _tried = [];
    private readonly List<IDisposable> _sockets = [];

    [TearDown]
    public void CleanUp() => _sockets.ForEach(s => s.Dispose());

    [Test]
    public async Task Addresses_of_one_family_share_the_time()
    {
        var dialing = Dialer("10.0.0.1 10.0.0.2 10.0.0.3", answers: "10.0.0.3").Dial(s_target, s_limit, default);
        await _time.Pass(TimeSpan.FromSeconds(10));
        await _time.Pass(TimeSpan.FromSeconds(10));
        await using var stream = await dialing.WithinLimit();
        Assert.That(_tried, Is.EqualTo(new[] { "10.0.0.1", "10.0.0.2", "10.0.0.3" }));
    }

    [Test]
    public async Task Each_of_many_addresses_has_two_seconds_at_least()
    {
        var dialing = Dialer(string.Join(' ', Enumerable.Range(1, 100).Select(i => $"10.0.0.{i}")), answers: "10.0.0.2").Dial(s_target, s_limit, default);
        await _time.Pass(TimeSpan.FromSeconds(2));
        await using var stream = await dialing.WithinLimit();
        Assert.That(_tried, Is.EqualTo(new[] { "10.0.0.1", "10.0.0.2" }));
    }

    [Test]
    public async Task An_address_that_refuses_costs_no_time()
    {
        await using var stream = await Dialer("10.0.0.1 10.0.0.2", answers: "10.0.0.2", refuses: "10.0.0.1").Dial(s_target, s_limit, default).WithinLimit();
        Assert.That(_tried, Is.EqualTo(new[] { "10.0.0.1", "10.0.0.2" }));
    }

    [TestCase("fd00::1 10.0.0.1", "10.0.0.1")]
    [TestCase("10.0.0.1 fd00::1", "fd00::1")]
    [TestCase("fd00::1 10.0.0.1 fd00::2", "10.0.0.1")]
    public async Task The_other_family_is_tried_a_moment_later(string addresses, string answers)
    {
        var dialing = Dialer(addresses, answers).Dial(s_target, s_limit, default);
        Assert.That(_tried, Has.Count.EqualTo(1));
        await _time.Pass(TimeSpan.FromMilliseconds(300));
        await using var stream = await dialing.WithinLimit();
        Assert.That(_tried, Is.EqualTo(new[] { addresses.Split(' ')[0], answers }));
    }

    [Test]
    public async Task The_other_family_is_tried_at_once_where_the_first_refuses()
    {
        await using var stream = await Dialer("fd00::1 10.0.0.1", answers: "10.0.0.1", refuses: "fd00::1").Dial(s_target, s_limit, default).WithinLimit();
        Assert.That(_tried, Is.EqualTo(new[] { "fd00::1", "10.0.0.1" }));
    }

    [Test]
    public async Task A_family_that_answers_is_left_alone()
    {
        await using var stream = await Dialer("fd00::1 10.0.0.1", answers: "fd00::1").Dial(s_target, s_limit, default).WithinLimit();
        Assert.That(_tried, Is.EqualTo(new[] { "fd00::1" }));
    }

    [Test]
    public void Where_all_refuse_the_first_says_why() =>
        Assert.That(async () => await Dialer("fd00::1 10.0.0.1 fd00::2", answers: "", refuses: "fd00::1 fd00::2", unreachable: "10.0.0.1").Dial(s_target, s_limit, default).WithinLimit(),
            Throws.InstanceOf<SocketException>().With.Property(nameof(SocketException.SocketErrorCode)).EqualTo(SocketError.ConnectionRefused));

    [Test]
    public async Task Where_none_answers_the_time_is_told()
    {
        var dialing = Dialer("fd00::1", answers: "").Dial(s_target, s_limit, default);
        await _time.TimerSet(due => due == s_limit);
        _time.Advance(s_limit);
        Assert.That(async () => await dialing.WithinLimit(), Throws.InstanceOf<IOException>().With.Message.EqualTo("no connection to api.example:443 within 30 s")
            .Or.Message.EqualTo("fd00::1 does not answer"));
    }

    [Test]
    public async Task A_resolver_that_hangs_has_the_same_limit()
    {
        var dialing = new TcpDialer(_time, (_, _) => new TaskCompletionSource<IPAddress[]>().Task, TcpDialer.Connect).Dial(s_target, s_limit, default);
        _time.Advance(s_limit);
        Assert.That(async () => await dialing.WithinLimit(), Throws.InstanceOf<IOException>().With.Message.EqualTo("no connection to api.example:443 within 30 s"));
    }

    [Test]
    public async Task A_connection_is_kept_alive_by_tcp_too()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        await using var stream = await new TcpDialer(_time).Dial(new DnsEndPoint("127.0.0.1", ((IPEndPoint)listener.LocalEndpoint).Port), s_limit, default).WithinLimit();
        var socket = ((NetworkStream)stream).Socket;
        Assert.That(new[] { Option(SocketOptionName.TcpKeepAliveTime), Option(SocketOptionName.TcpKeepAliveInterval), Option(SocketOptionName.TcpKeepAliveRetryCount) }, Is.EqualTo(new[] { 30, 15, 9 }));
        Assert.That(socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive), Is.Not.Zero);
        Assert.That(socket.NoDelay, Is.True);

        int Option(SocketOptionName name) => (int)socket.GetSocketOption(SocketOptionLevel.Tcp, name)!;
    }

    [Test]
    public async Task A_server_is_reached_though_its_first_address_never_answers()
    {
        await using var api = await ScriptedApi.Start();
        var silent = IPAddress.Parse("127.0.0.2");
        using var listener = new Socket(SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(silent, api.Port));
        listener.Listen(0);
        using var fills = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await fills.ConnectAsync(silent, api.Port).WithinLimit(); // the whole backlog: who comes next waits for ever

        var address = ClusterAddress.Find("", $"http://api.example:{api.Port}").Address!;
        var dialer = new TcpDialer(_time, (_, _) => Task.FromResult(new[] { silent, IPAddress.Loopback }), TcpDialer.Connect);
        using var client = new ApiClient(address, new ApiClientOptions { UserAgent = "test" }, TimeProvider.System, NullLogger.Instance,
            ClusterHandler.For(address, new ConnectionOptions(), _ => null, dialer));
        var get = client.GetAsync(Resources.StorageClasses, new ObjectKey(null, "a"), default).WithinLimit();
        await _time.Pass(TimeSpan.FromSeconds(15));
        await (await api.Request()).Reply(200, "{}");
        Assert.That((await get).IsSuccess, Is.True);
    }

    private TcpDialer Dialer(string addresses, string answers, string refuses = "", string unreachable = "") =>
        new(_time, (_, _) => Task.FromResult(addresses.Split(' ').Select(IPAddress.Parse).ToArray()), async (target, cancel) =>
        {
            var address = target.Address.ToString();
            _tried.Add(address);
            if (refuses.Split(' ').Contains(address)) throw new SocketException((int)SocketError.ConnectionRefused);
            if (unreachable.Split(' ').Contains(address)) throw new SocketException((int)SocketError.NetworkUnreachable);
            if (answers.Split(' ').Contains(address)) return await Connected();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancel);
            throw new InvalidOperationException("not reached");
        });

    private async Task<Socket> Connected()
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(listener.LocalEndpoint);
        _sockets.AddRange([listener, socket]);
        return socket;
    }
}

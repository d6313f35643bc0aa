using System.Net.Sockets;
using Sidecars.Hosting.Http2;
using Sidecars.NodeDriverRegistrar.Grpc;
using Sidecars.NodeDriverRegistrar.Health;
using Sidecars.NodeDriverRegistrar.Http2;
using Sidecars.NodeDriverRegistrar.Registration;
using Sidecars.Tests.Support;
using Sidecars.Tests.Support.Http2;

namespace Sidecars.NodeDriverRegistrar.Tests.Health;

/// <summary>The table of <c>/healthz</c> (registrar contract 6).</summary>
internal sealed class SelfCheckTests
{
    private readonly ServerRig _rig = new();

    [TearDown]
    public async Task End() => await _rig.DisposeAsync();

    [Test]
    public async Task A_server_that_answers_with_our_name_is_healthy() => Assert.That(await Ask(), Is.EqualTo(new HealthAnswer(200, "ok")));

    [Test]
    public async Task A_missing_socket_is_404()
    {
        File.Delete(_rig.Path);
        Assert.That(await Ask(), Is.EqualTo(new HealthAnswer(404, "registration socket does not exist")));
    }

    [Test]
    public async Task A_missing_directory_is_404()
    {
        Directory.Delete(_rig.Directory, recursive: true);
        Assert.That((await Ask()).Status, Is.EqualTo(404));
    }

    [Test]
    public async Task Something_else_in_its_place_is_500()
    {
        File.Delete(_rig.Path);
        File.WriteAllText(_rig.Path, "");
        Assert.That(await Ask(), Is.EqualTo(new HealthAnswer(500, $"{_rig.Path} exists in the filesystem but it's not a socket")));
    }

    [Test]
    public async Task What_cannot_be_looked_at_is_500()
    {
        File.Delete(_rig.Path);
        File.CreateSymbolicLink(_rig.Path, _rig.Path);
        var answer = await Ask();
        Assert.That(answer.Status, Is.EqualTo(500));
        Assert.That(answer.Text, Does.StartWith($"failed to stat the socket {_rig.Path}: "));
    }

    [Test]
    public async Task A_socket_nobody_listens_on_is_500()
    {
        _rig.Socket.Close();
        var answer = await Ask();
        Assert.That(answer.Status, Is.EqualTo(500));
        Assert.That(answer.Text, Does.StartWith($"error connecting to node-registrar socket {_rig.Path}: connection refused"));
    }

    [Test]
    public async Task Another_name_is_500()
    {
        var service = new RegistrationService("other.example.com", "/e", new RecordingLogger());
        await using var server = new Http2Server(new GrpcTarget(service.Methods), new RecordingLogger(), TimeProvider.System);
        using var socket = new RegistrationSocket(_rig.Path);
        Assert.That(socket.RemoveStale() ?? socket.Open(), Is.Null);
        var accepting = server.AcceptAsync(socket.Listener!);
        Assert.That(await Ask(), Is.EqualTo(new HealthAnswer(500, "invalid driver name other.example.com")));
        socket.Close();
        await accepting.WithinLimit();
    }

    [Test]
    public async Task A_server_that_knows_no_GetInfo_is_500()
    {
        await using var server = new Http2Server(new GrpcTarget(new Dictionary<string, GrpcMethod>()), new RecordingLogger(), TimeProvider.System);
        using var socket = new RegistrationSocket(_rig.Path);
        Assert.That(socket.RemoveStale() ?? socket.Open(), Is.Null);
        var accepting = server.AcceptAsync(socket.Listener!);
        var answer = await Ask();
        Assert.That(answer.Status, Is.EqualTo(500));
        Assert.That(answer.Text, Does.StartWith($"error getting info from node-registrar socket {_rig.Path}: rpc error: code = Unimplemented"));
        socket.Close();
        await accepting.WithinLimit();
    }

    [TestCase(true, Description = "accepts and says nothing")]
    [TestCase(false, Description = "does not even accept")]
    public async Task A_hung_server_is_500_when_the_time_is_over(bool accepts)
    {
        using var hung = new RegistrationSocket(_rig.Path);
        Assert.That(hung.RemoveStale() ?? hung.Open(), Is.Null);
        Socket? accepted = null;
        if (accepts) _ = hung.Listener!.AcceptAsync().ContinueWith(t => accepted = t.GetAwaiter().GetResult(), TaskScheduler.Default);
        var check = new SelfCheck(_rig.Path, ServerRig.Driver, TimeSpan.FromMilliseconds(50), TimeProvider.System);
        var answer = await check.AskAsync(default).WithinLimit();
        Assert.That(answer.Status, Is.EqualTo(500));
        Assert.That(answer.Text, Does.StartWith($"error connecting to node-registrar socket {_rig.Path}: context deadline exceeded"));
        accepted?.Dispose();
    }

    [Test]
    public async Task A_server_that_serves_and_does_not_answer_is_500_when_the_time_is_over()
    {
        using var hung = new RegistrationSocket(_rig.Path);
        Assert.That(hung.RemoveStale() ?? hung.Open(), Is.Null);
        var time = new ObservedTime();
        var limit = TimeSpan.FromSeconds(1);
        var asked = new SelfCheck(_rig.Path, ServerRig.Driver, limit, time).AskAsync(default);
        using var server = await RawPeer.AcceptAsync(hung.Listener!);
        await server.TakePreface();
        await server.Send(Frames.Settings());
        await server.NextOf(FrameType.Headers);
        time.Advance(limit);
        var answer = await asked.WithinLimit();
        Assert.That(answer.Status, Is.EqualTo(500));
        Assert.That(answer.Text, Does.StartWith($"error getting info from node-registrar socket {_rig.Path}: rpc error: code = DeadlineExceeded"));
    }

    [Test]
    public async Task More_time_than_timers_can_wait_for_is_no_limit()
    {
        var check = new SelfCheck(_rig.Path, ServerRig.Driver, TimeSpan.FromDays(1000), TimeProvider.System);
        Assert.That(await check.AskAsync(default).WithinLimit(), Is.EqualTo(HealthAnswer.Ok));
    }

    [Test]
    public async Task With_no_time_at_all_it_is_500()
    {
        var check = new SelfCheck(_rig.Path, ServerRig.Driver, TimeSpan.Zero, TimeProvider.System);
        Assert.That(await check.AskAsync(default).WithinLimit(), Is.EqualTo(
            new HealthAnswer(500, $"error connecting to node-registrar socket {_rig.Path}: context deadline exceeded: no connection in time")));
    }

    [Test]
    public async Task A_path_that_is_not_absolute_cannot_be_dialled()
    {
        var relative = Path.GetRelativePath(Environment.CurrentDirectory, _rig.Path);
        var check = new SelfCheck(relative, ServerRig.Driver, TestTimeouts.Limit, TimeProvider.System);
        var answer = await check.AskAsync(default).WithinLimit();
        Assert.That(answer.Status, Is.EqualTo(500));
        Assert.That(answer.Text, Does.StartWith($"error connecting to node-registrar socket {relative}: "));
    }

    private Task<HealthAnswer> Ask() => _rig.Check.AskAsync(default).WithinLimit();
}

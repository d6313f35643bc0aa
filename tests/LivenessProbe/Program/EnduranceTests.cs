using System.Net;
using System.Net.Sockets;
using Grpc.Core;
using Sidecars.Tests.Support;

namespace Sidecars.LivenessProbe.Tests.Program;

/// <summary>What days of checks leave behind in the published program: neither memory nor descriptors, whatever came of them (liveness contract 10).</summary>
internal sealed class EnduranceTests
{
    private ProcessRig _rig = null!;

    [SetUp]
    public void Begin() => _rig = new ProcessRig();

    [TearDown]
    public ValueTask End() => _rig.DisposeAsync();

    [Test] // 22
    public async Task Ten_thousand_checks_half_of_them_failing_leave_nothing_behind()
    {
        var (program, url) = await _rig.StartListening();
        await Check(6000);
        await ProcessFacts.LeaveNothingBehind(program.Id, mostKilobytes: 160, () => Check(2000));

        async Task Check(int count)
        {
            for (var i = 0; i < count; i++)
            {
                if (i % (count / 2) is 0) _rig.Driver.Answer("Probe", i is 0 ? DriverRule.Default : DriverRule.Fail(StatusCode.Internal));
                await _rig.Get(url + "/healthz");
            }
        }
    }

    [Test]
    public async Task Thousands_of_checks_that_cannot_connect_leave_nothing_behind()
    {
        var (program, url) = await _rig.StartListening("--probe-timeout=2ms");
        await _rig.Driver.StopAsync();
        await ProcessFacts.LeaveNothingBehind(program.Id, mostKilobytes: 160, async () =>
        {
            for (var i = 0; i < 2000; i++) Assert.That((await _rig.Get(url + "/healthz")).Status, Is.EqualTo(HttpStatusCode.InternalServerError));
        });
    }

    [Test] // 7, and the hung driver of 9
    public async Task A_driver_that_hangs_is_red_after_the_limit_and_leaves_nothing_behind_however_often()
    {
        var (program, url) = await _rig.StartListening("--probe-timeout=5ms");
        using var gate = _rig.Driver.Hold("Probe");
        await ProcessFacts.LeaveNothingBehind(program.Id, mostKilobytes: 160, async () =>
        {
            for (var i = 0; i < 800; i++)
            {
                var (status, body) = await _rig.Get(url + "/healthz");
                Assert.That(status, Is.EqualTo(HttpStatusCode.InternalServerError));
                Assert.That(body, Does.Contain("context deadline exceeded"));
            }
        });
    }

    [Test]
    public async Task Clients_that_leave_before_their_answer_leave_nothing_behind()
    {
        var (program, url) = await _rig.StartListening();
        using (_rig.Driver.Hold("Probe"))
            await ProcessFacts.LeaveNothingBehind(program.Id, mostKilobytes: 160, () => Leave(2000));
        Assert.That((await _rig.Get(url + "/healthz")).Status, Is.EqualTo(HttpStatusCode.OK));

        async Task Leave(int count)
        {
            for (var i = 0; i < count; i++)
            {
                using var client = new TcpClient();
                await client.ConnectAsync(IPAddress.Loopback, new Uri(url).Port).WithinLimit();
                await client.GetStream().WriteAsync("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray()).WithinLimit();
                if (i % 20 is 0) await _rig.Get(url + "/metrics"); // one after another, not a crowd
            }
        }
    }
}

using Csi.V1;
using Grpc.Core;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Sidecars.Tests.Support;

namespace Sidecars.Csi.Tests.Calls;

public sealed class CsiCallTests
{
    private ScriptedDriver _driver = null!;
    private CsiConnection _connection = null!;
    private Controller.ControllerClient _controller = null!;

    [SetUp]
    public async Task Connect()
    {
        _driver = await ScriptedDriver.StartNewAsync();
        _connection = await CsiConnection.ConnectAsync(
            new CsiConnectionOptions { Address = _driver.Address }, NullLogger.Instance, TimeProvider.System, CancellationToken.None).WithinLimit();
        _controller = new Controller.ControllerClient(_connection.Invoker);
    }

    [TearDown]
    public async Task Disconnect()
    {
        _connection.Dispose();
        await _driver.DisposeAsync();
    }

    [Test]
    public async Task An_answer_is_a_response()
    {
        var result = await Create(TimeProvider.System, TestTimeouts.Limit);
        Assert.That(result.IsOk);
        Assert.That(result.Response!.Volume.VolumeId, Is.EqualTo("vol-of-pvc-1"));
        Assert.That(result.Error, Is.Null);
    }

    [Test]
    public async Task A_status_of_the_driver_is_an_error_and_not_an_exception()
    {
        _driver.Answer("CreateVolume", DriverRule.Fail(StatusCode.ResourceExhausted, "no space"));
        var result = await Create(TimeProvider.System, TestTimeouts.Limit);
        Assert.That(result.IsOk, Is.False);
        Assert.That(result.Response, Is.Null);
        Assert.That(result.Error!.Text, Is.EqualTo("rpc error: code = ResourceExhausted desc = no space"));
    }

    [Test]
    public async Task The_limit_passes_by_the_callers_clock()
    {
        using var gate = _driver.Hold("CreateVolume");
        var time = new FakeTimeProvider();
        var creating = Create(time, TimeSpan.FromHours(1));
        await gate.Entered.WithinLimit();

        time.Advance(TimeSpan.FromHours(1));

        Assert.That((await creating.WithinLimit()).Error!.Text, Is.EqualTo("rpc error: code = DeadlineExceeded desc = context deadline exceeded"));
    }

    [Test]
    public async Task The_limit_passes_by_the_machines_clock()
    {
        using var gate = _driver.Hold("CreateVolume");
        var result = await Create(TimeProvider.System, TimeSpan.FromMilliseconds(100)).WithinLimit();
        Assert.That(result.Error, Is.EqualTo(new CsiError(StatusCode.DeadlineExceeded, "context deadline exceeded")));
    }

    [Test]
    public async Task A_driver_that_ends_the_call_at_our_limit_says_what_we_would_say_and_one_that_ends_it_before_has_its_own_words()
    {
        _driver.Answer("CreateVolume", DriverRule.Fail(StatusCode.DeadlineExceeded, "the backend took too long"));
        Assert.That((await Create(TimeProvider.System, TimeSpan.FromSeconds(20)).WithinLimit()).Error!.Message, Is.EqualTo("the backend took too long"));
        Assert.That((await Create(TimeProvider.System, TimeSpan.FromMilliseconds(1)).WithinLimit()).Error, Is.EqualTo(CsiError.DeadlineExceeded));
    }

    [Test]
    public async Task A_limit_of_nothing_fails_without_a_call()
    {
        Assert.That((await Create(TimeProvider.System, TimeSpan.Zero)).Error!.Code, Is.EqualTo(StatusCode.DeadlineExceeded));
        Assert.That(_driver.Calls.Count, Is.Zero);
    }

    [Test]
    public async Task The_longest_limit_a_flag_can_hold_is_no_problem()
    {
        var longest = TimeSpan.FromTicks(long.MaxValue / 100);
        Assert.That((await Create(TimeProvider.System, longest)).IsOk);
        Assert.That((await Create(new FakeTimeProvider(), longest)).IsOk);
        Assert.That((await Create(TimeProvider.System, TimeSpan.MaxValue)).IsOk);
    }

    [Test]
    public async Task A_stop_of_the_caller_is_a_cancellation()
    {
        using var gate = _driver.Hold("CreateVolume");
        using var stop = new CancellationTokenSource();
        var creating = Create(TimeProvider.System, null, stop.Token);
        await gate.Entered.WithinLimit();

        await stop.CancelAsync();

        var failure = (await Assert.CatchAsync<OperationCanceledException>(() => creating.WithinLimit()))!;
        Assert.That(failure.CancellationToken, Is.EqualTo(stop.Token));
    }

    [Test]
    public async Task A_driver_that_says_canceled_is_an_error_and_not_a_stop()
    {
        _driver.Answer("CreateVolume", DriverRule.Fail(StatusCode.Cancelled, "gave up"));
        Assert.That((await Create(TimeProvider.System, null)).Error!.Text, Is.EqualTo("rpc error: code = Canceled desc = gave up"));
    }

    [Test]
    public async Task A_driver_without_the_service_answers_unimplemented()
    {
        var groups = new GroupController.GroupControllerClient(_connection.Invoker);
        var result = await new CsiCall(TimeProvider.System).InvokeAsync(
            groups.GroupControllerGetCapabilitiesAsync, new GroupControllerGetCapabilitiesRequest(), null, CancellationToken.None).WithinLimit();
        Assert.That(result.Error!.Code, Is.EqualTo(StatusCode.Unimplemented));
    }

    private Task<CsiResult<CreateVolumeResponse>> Create(TimeProvider time, TimeSpan? limit, CancellationToken stop = default) =>
        new CsiCall(time).InvokeAsync(_controller.CreateVolumeAsync, new CreateVolumeRequest { Name = "pvc-1" }, limit, stop).WithinLimit();
}

using Csi.V1;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Sidecars.Hosting.Metrics;
using Sidecars.Tests.Support;

namespace Sidecars.Csi.Tests.Calls;

public sealed class InterceptorTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly MetricRegistry _registry = new();
    private ScriptedDriver _driver = null!;

    [SetUp]
    public async Task StartDriver() => _driver = await ScriptedDriver.StartNewAsync();

    [TearDown]
    public async Task StopDriver() => await _driver.DisposeAsync();

    [Test]
    public async Task A_call_of_twenty_seconds_is_counted_in_the_buckets_above()
    {
        var metrics = new CsiCallMetrics(_registry) { DriverName = "csi.example.com" };
        using var connection = await Connect(metrics);
        using var gate = _driver.Hold("CreateVolume");
        var creating = Create(connection.Invoker);
        await gate.Entered.WithinLimit();
        _time.Advance(TimeSpan.FromSeconds(20));
        gate.Release();
        await creating;

        const string labels = "driver_name=\"csi.example.com\",grpc_status_code=\"OK\",method_name=\"/csi.v1.Controller/CreateVolume\"";
        var text = Text();
        Assert.That(text, Does.Contain("# HELP csi_sidecar_operations_seconds [ALPHA] Container Storage Interface operation duration with gRPC error code status total"));
        Assert.That(text, Does.Contain("# TYPE csi_sidecar_operations_seconds histogram"));
        foreach (var bound in new[] { "0.1", "0.25", "0.5", "1", "2.5", "5", "10", "15" })
            Assert.That(text, Does.Contain($"csi_sidecar_operations_seconds_bucket{{{labels},le=\"{bound}\"}} 0\n"));
        foreach (var bound in new[] { "25", "50", "120", "300", "600", "+Inf" })
            Assert.That(text, Does.Contain($"csi_sidecar_operations_seconds_bucket{{{labels},le=\"{bound}\"}} 1\n"));
        Assert.That(text, Does.Contain($"csi_sidecar_operations_seconds_sum{{{labels}}} 20\n"));
        Assert.That(text, Does.Contain($"csi_sidecar_operations_seconds_count{{{labels}}} 1\n"));
    }

    [Test]
    public async Task Before_the_name_is_known_calls_count_for_an_unknown_driver()
    {
        var metrics = new CsiCallMetrics(_registry);
        using var connection = await Connect(metrics);
        await Create(connection.Invoker);
        metrics.DriverName = "csi.example.com";
        await Create(connection.Invoker);

        Assert.That(Text(), Does.Contain("_count{driver_name=\"unknown-driver\",").And.Contain("_count{driver_name=\"csi.example.com\","));
        Assert.That(Text(), Does.Not.Contain("migrated"));
    }

    [Test]
    public async Task A_failed_call_is_recorded_with_the_name_of_its_code()
    {
        using var connection = await Connect(new CsiCallMetrics(_registry));
        _driver.Answer("CreateVolume", DriverRule.Fail(StatusCode.Cancelled));
        await Assert.ThrowsAsync<RpcException>(() => Create(connection.Invoker));
        Assert.That(Text(), Does.Contain("grpc_status_code=\"Canceled\""));
    }

    [Test]
    public async Task Calls_for_a_migration_target_say_whether_the_volume_was_migrated()
    {
        using var connection = await Connect(new CsiCallMetrics(_registry, isMigrationTarget: true));
        await Create(connection.Invoker);
        await Create(connection.InvokerForMigrated);
        Assert.That(Text(), Does.Contain("migrated=\"false\"").And.Contain("migrated=\"true\""));
    }

    [Test]
    public async Task A_call_ends_at_its_limit_though_the_machines_clock_was_set_back_and_the_library_waits_on()
    {
        var answer = new TaskCompletionSource<ProbeResponse>(TaskCreationOptions.RunContinuationsAsynchronously);
        var isDisposed = false;
        var method = new Method<ProbeRequest, ProbeResponse>(
            MethodType.Unary, "csi.v1.Identity", "Probe", Marshallers.Create<ProbeRequest>(_ => [], _ => new()), Marshallers.Create<ProbeResponse>(_ => [], _ => new()));
        var deadline = TimeProvider.System.GetUtcNow().UtcDateTime.AddMilliseconds(50);
        using var call = new DeadlineInterceptor().AsyncUnaryCall(
            new ProbeRequest(), new ClientInterceptorContext<ProbeRequest, ProbeResponse>(method, null, new CallOptions(deadline: deadline)),
            (_, _) => new AsyncUnaryCall<ProbeResponse>(answer.Task, Task.FromResult(new Metadata()), () => Status.DefaultSuccess, () => [], () => isDisposed = true));
        var ended = await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync.WithinLimit());
        Assert.That((ended!.StatusCode, isDisposed), Is.EqualTo((StatusCode.DeadlineExceeded, true)));
    }

    [Test]
    public async Task At_trace_level_call_and_answer_are_written_without_secrets()
    {
        var logger = new RecordingLogger();
        using var connection = await Connect(null, logger);
        await Create(connection.Invoker);

        Assert.That(logger.Lines, Does.Contain("GRPC call: /csi.v1.Controller/CreateVolume {\"name\":\"pvc-1\",\"secrets\":\"***stripped***\"}"));
        Assert.That(logger.Lines.Single(l => l.StartsWith("GRPC response", StringComparison.Ordinal)), Does.Contain("{\"volume\":{\"capacity_bytes\":1073741824,"));
        Assert.That(string.Join('\n', logger.Lines), Does.Not.Contain("hidden"));
        Assert.That(logger.Entries.Where(e => e.Text.StartsWith("GRPC", StringComparison.Ordinal)).Select(e => e.Level), Is.All.EqualTo(LogLevel.Trace));
    }

    [Test]
    public async Task A_failed_call_is_written_with_its_error()
    {
        var logger = new RecordingLogger();
        using var connection = await Connect(null, logger);
        _driver.Answer("CreateVolume", DriverRule.Fail(StatusCode.NotFound, "no such pool"));
        await Assert.ThrowsAsync<RpcException>(() => Create(connection.Invoker));
        Assert.That(logger.Lines, Does.Contain("GRPC response: {} rpc error: code = NotFound desc = no such pool"));
    }

    [Test]
    public async Task Below_trace_level_nothing_is_written()
    {
        var logger = new RecordingLogger(LogLevel.Debug);
        using var connection = await Connect(null, logger);
        await Create(connection.Invoker);
        Assert.That(logger.Lines.Where(l => l.StartsWith("GRPC", StringComparison.Ordinal)), Is.Empty);
    }

    [TestCase(20, "{\"volume\":{\"capacity [capped to 20 chars]")]
    [TestCase(0, "{\"volume\":{\"capacity_bytes\":1073741824,\"volume_id\":\"vol-of-pvc-1\"}}")]
    public async Task A_long_answer_is_cut_where_asked(int limit, string text)
    {
        var logger = new RecordingLogger();
        using var connection = await Connect(null, logger, limit);
        await Create(connection.Invoker);
        Assert.That(logger.Lines.Single(l => l.StartsWith("GRPC response", StringComparison.Ordinal)), Does.StartWith("GRPC response: " + text));
    }

    [Test]
    public async Task A_cut_never_tears_a_character()
    {
        var logger = new RecordingLogger();
        // The limit falls into the middle of the second two-byte letter.
        using var connection = await Connect(null, logger, maxLoggedResponseBytes: "{\"volume\":{\"volume_id\":\"".Length + 3);
        _driver.Answer("CreateVolume", DriverRule.Answer("""{"volume":{"volume_id":"ééé"}}"""));
        await Create(connection.Invoker);
        Assert.That(logger.Lines.Last(), Does.Contain("\"volume_id\":\"é [capped to"));
    }

    private Task<CsiConnection> Connect(CsiCallMetrics? metrics, ILogger? logger = null, int maxLoggedResponseBytes = 0) => CsiConnection.ConnectAsync(
        new CsiConnectionOptions { Address = _driver.Address, Metrics = metrics, MaxLoggedResponseBytes = maxLoggedResponseBytes },
        logger ?? new RecordingLogger(LogLevel.Information), _time, CancellationToken.None).WithinLimit();

    private static Task<CreateVolumeResponse> Create(CallInvoker invoker) => new Controller.ControllerClient(invoker)
        .CreateVolumeAsync(new CreateVolumeRequest { Name = "pvc-1", Secrets = { ["password"] = "hidden" } }).ResponseAsync.WithinLimit();

    private string Text()
    {
        var text = new System.Buffers.ArrayBufferWriter<byte>();
        MetricsText.Write(text, _registry);
        return System.Text.Encoding.UTF8.GetString(text.WrittenSpan);
    }
}

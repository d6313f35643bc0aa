using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Sidecars.Csi;

namespace Sidecars.Tests.Support;

/// <summary>
/// A CSI driver on a real Unix socket that does what a script says, writes down what it was asked, and can be held, stopped and started again at
/// the same place while the program under test runs. It serves Identity, Controller and Node, and GroupController where its options say so.
/// </summary>
public sealed class ScriptedDriver : IAsyncDisposable
{
    private static readonly JsonFormatter Formatter = new(JsonFormatter.Settings.Default.WithPreserveProtoFieldNames(true));

    private readonly ScriptedDriverOptions _options;
    private readonly TimeProvider _time;
    private readonly DriverScript _script;
    private readonly DefaultAnswers _answers;
    private readonly TemporaryDirectory? _directory;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, CallGate> _gates = [];
    private readonly ConcurrentQueue<int> _frontAnswers = new();
    private WebApplication? _server;
    private int _connections;
    private int _inHand;
    private int _mostInHand;

    private ScriptedDriver(ScriptedDriverOptions options, TimeProvider time)
    {
        (_options, _time) = (options, time);
        _script = new DriverScript(options.Script);
        _answers = new DefaultAnswers(options);
        if (options.SocketPath is null) _directory = new TemporaryDirectory();
        SocketPath = options.SocketPath ?? _directory!.File("csi.sock");
    }

    public string SocketPath { get; }

    /// <summary>The address as a program takes it.</summary>
    public CsiAddress Address => CsiAddress.Parse(SocketPath, out _)!;

    /// <summary>What it was asked, across restarts.</summary>
    public CallLog Calls { get; } = new();

    /// <summary>How many connections were opened to it, across restarts.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <summary>The most calls that were in its hands at one moment, of whatever methods, across restarts.</summary>
    public int MostInHand => Volatile.Read(ref _mostInHand);

    /// <summary>Makes a driver that does not listen yet. Delays of the script pass by <paramref name="time"/>.</summary>
    public static ScriptedDriver Create(ScriptedDriverOptions? options = null, TimeProvider? time = null) =>
        new(options ?? new ScriptedDriverOptions(), time ?? TimeProvider.System);

    /// <summary>Makes a driver and lets it listen.</summary>
    public static async Task<ScriptedDriver> StartNewAsync(ScriptedDriverOptions? options = null, TimeProvider? time = null)
    {
        var driver = Create(options, time);
        await driver.StartAsync();
        return driver;
    }

    /// <summary>Starts to listen, for the first time or again; a socket file that was left over is replaced.</summary>
    public async Task StartAsync()
    {
        if (_server is not null) throw new InvalidOperationException("the driver listens already");
        File.Delete(SocketPath);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(k => k.ListenUnixSocket(SocketPath, Listen));
        builder.Services.AddRoutingCore();
        builder.Services.AddGrpc();
        builder.Services.AddSingleton(this);
        var server = builder.Build();
        server.Use(Front);
        server.MapGrpcService<ScriptedIdentity>();
        server.MapGrpcService<ScriptedController>();
        server.MapGrpcService<ScriptedNode>();
        if (_options.GroupControllerCapabilities.Count > 0) server.MapGrpcService<ScriptedGroupController>();
        await server.StartAsync().WithinLimit();
        _server = server;
    }

    /// <summary>Goes away at once, as a killed process would: connections are cut, calls in flight are lost, the socket is gone.</summary>
    public async Task StopAsync()
    {
        if (_server is null) return;
        await _server.StopAsync(new CancellationToken(canceled: true)).WithinLimit();
        await _server.DisposeAsync();
        _server = null;
    }

    /// <summary>Replaces the rules of a method and begins with the first; none restores the default answer.</summary>
    public void Answer(string method, params DriverRule[] rules) => _script.Replace(method, rules);

    /// <summary>Lets the rule of a method depend on the request, and on nothing else.</summary>
    public void Answer(string method, Func<JsonObject, DriverRule> choice) => _script.Choose(method, choice);

    /// <summary>Lets a front before the driver answer the next requests, one with each HTTP status; the driver hears nothing of them.</summary>
    public void AnswerBeforeIt(params int[] statuses)
    {
        foreach (var status in statuses) _frontAnswers.Enqueue(status);
    }

    /// <summary>Keeps calls of the method waiting, after they were written down, until the gate is released.</summary>
    public CallGate Hold(string method)
    {
        lock (_lock) return _gates[method] = new CallGate();
    }

    /// <summary>Completes once the method was called so many times in all.</summary>
    public Task WaitForCalls(string method, int count = 1) => Calls.WaitFor(method, count).WithinLimit();

    public async ValueTask DisposeAsync()
    {
        lock (_lock)
            foreach (var gate in _gates.Values) gate.Release();
        await StopAsync();
        _directory?.Dispose();
    }

    internal async Task<TResponse> Handle<TResponse>(string method, IMessage request, ServerCallContext context)
        where TResponse : IMessage<TResponse>, new()
    {
        Take();
        try
        {
            var json = JsonNode.Parse(Formatter.Format(request))!.AsObject();
            var rule = _script.Next(method, json);
            Calls.Add(new DriverCall(method, json, rule.Code));
            if (GateOf(method) is { } gate) await gate.Pass(context.CancellationToken);
            if (rule.Delay > TimeSpan.Zero) await Task.Delay(rule.Delay, _time, context.CancellationToken);
            if (rule.Code != StatusCode.OK) throw new RpcException(new Status(rule.Code, rule.Message ?? "scripted " + rule.Code.GoName()));
            return JsonParser.Default.Parse<TResponse>((rule.Response ?? _answers.To(method, json)).ToJsonString());
        }
        finally
        {
            Interlocked.Decrement(ref _inHand); // before the answer leaves, so that the next call cannot be counted beside this one
        }
    }

    private void Take()
    {
        var now = Interlocked.Increment(ref _inHand);
        for (var most = MostInHand; now > most; most = MostInHand)
        {
            if (Interlocked.CompareExchange(ref _mostInHand, now, most) == most) return;
        }
    }

    private void Listen(ListenOptions listen)
    {
        listen.Protocols = HttpProtocols.Http2;
        listen.Use(next => connection =>
        {
            Interlocked.Increment(ref _connections);
            return next(connection);
        });
    }

    private Task Front(HttpContext context, RequestDelegate driver)
    {
        if (!_frontAnswers.TryDequeue(out var status)) return driver(context);
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/html";
        return context.Response.WriteAsync("<html><body>no backend</body></html>", context.RequestAborted);
    }

    private CallGate? GateOf(string method)
    {
        lock (_lock) return _gates.GetValueOrDefault(method);
    }
}

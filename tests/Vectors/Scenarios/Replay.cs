using System.Text.Json.Nodes;
using Sidecars.Tests.Support;

namespace Sidecars.Vectors.Tests;

/// <summary>
/// Runs one scenario: published programs against an API server that holds nothing else, and a scripted driver on a real socket. Gives back a
/// recording in the form of the reference. Any server with a kubeconfig will do.
/// </summary>
internal sealed class Replay : IAsyncDisposable
{
    /// <summary>A scenario that never falls quiet is recorded as it is then.</summary>
    private static readonly TimeSpan LongestUnrest = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan ExitLimit = TimeSpan.FromSeconds(20);

    private readonly Vector _vector;
    private readonly Func<string, string> _kubeconfigOf;
    private readonly TimeProvider _time;
    private readonly PlainApi _api;
    private readonly ClusterView _view;
    private readonly ScriptedDriver _driver;
    private readonly Activity _activity;
    private readonly UidNames _uids;
    private readonly List<(string Sidecar, PublishedProgram Program)> _running = [];
    private readonly List<PublishedProgram> _all = [];
    private readonly List<string> _unmet = [];

    private Replay(Vector vector, Func<string, string> kubeconfigOf, TimeProvider time, PlainApi api, ClusterView view, ScriptedDriver driver, Activity activity)
    {
        (_vector, _kubeconfigOf, _time) = (vector, kubeconfigOf, time);
        (_api, _view, _driver, _activity, _uids) = (api, view, driver, activity, view.Uids);
    }

    /// <summary>What the programs wrote, for a report of what went wrong.</summary>
    internal IEnumerable<string> ErrorLines => _all.SelectMany(p => p.ErrorLines);

    /// <param name="vector">The scenario.</param>
    /// <param name="api">The server, as whoever does the steps; it is disposed with the replay.</param>
    /// <param name="kubeconfigOf">What a sidecar's program reaches the same server by.</param>
    /// <param name="directory">For the driver's socket.</param>
    /// <param name="time">The clock of waits.</param>
    /// <param name="stop">Ends the preparation.</param>
    internal static async Task<Replay> Prepare(
        Vector vector, PlainApi api, Func<string, string> kubeconfigOf, TemporaryDirectory directory, TimeProvider time, CancellationToken stop)
    {
        var activity = new Activity();
        var driver = ScriptedDriver.Create(vector.Driver(directory.File("csi.sock")), time);
        driver.Calls.Added += _ => activity.Ring();
        await driver.StartAsync();
        var view = await ClusterView.Open(api, activity, new UidNames(), stop);
        return new Replay(vector, kubeconfigOf, time, api, view, driver, activity);
    }

    /// <summary>Does all steps and records what is left. A wait in vain is recorded, not thrown.</summary>
    internal async Task<JsonObject> Run(CancellationToken stop)
    {
        foreach (var step in _vector.Steps) await Do(step, stop);
        var objects = await _view.Read(stop);
        var exits = _running.ToDictionary(r => r.Sidecar, r => r.Program.ExitCode);
        return Recording.Of(_driver.Calls.All, objects, _uids, _unmet, exits);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var program in _all) await program.DisposeAsync();
        await _view.DisposeAsync();
        await _driver.DisposeAsync();
        _api.Dispose();
    }

    private Task Do(Step step, CancellationToken stop) => step.Operation switch
    {
        "apply" => Apply(step.Argument!.AsArray(), stop),
        "start" => Start(),
        "stop" => End(p => p.Terminate()),
        "kill" => End(p => p.Kill()),
        "patch" => Patch(step.Argument!.AsObject(), stop),
        "delete" => Delete(step.Argument!.AsObject(), stop),
        "driver" => ReplaceRules(step.Argument!.AsObject()),
        "wait" => Wait(new WaitCondition(step.Argument!.AsObject())),
        "settle" => _activity.UntilQuiet(TimeSpan.FromSeconds(Vector.Number(step.Argument)!.Value), LongestUnrest, _time),
        _ => throw new FormatException($"{_vector.Name}: there is no step \"{step.Operation}\""),
    };

    private async Task Apply(JsonArray objects, CancellationToken stop)
    {
        foreach (var value in objects)
        {
            var created = await _api.Create(_uids.ResolveReferences(value!.AsObject()), stop);
            _uids.Note(ObjectKey.Of((string)value["kind"]!, created), created);
        }
    }

    private Task Start()
    {
        foreach (var sidecar in _vector.Sidecars)
        {
            var arguments = SidecarPrograms.Arguments(sidecar, _kubeconfigOf(sidecar), _driver.SocketPath, _vector.ArgumentsOf(sidecar));
            var program = PublishedProgram.Start(SidecarPrograms.ProgramOf(sidecar), arguments, _vector.Environment);
            _running.Add((sidecar, program));
            _all.Add(program);
            _ = program.Exited.ContinueWith(_ => _activity.Ring(), TaskScheduler.Default);
        }

        return Task.CompletedTask;
    }

    private async Task End(Action<PublishedProgram> signal)
    {
        foreach (var (_, program) in _running) signal(program);
        foreach (var (_, program) in _running) await program.WaitForExit(ExitLimit);
        _running.Clear();
    }

    private Task<JsonObject> Patch(JsonObject step, CancellationToken stop) => _api.Patch(
        (string)step["kind"]!, (string?)step["namespace"], _uids.Resolve((string)step["name"]!), (string?)step["subresource"], step["patch"]!, stop);

    private Task<JsonObject> Delete(JsonObject step, CancellationToken stop) =>
        _api.Delete((string)step["kind"]!, (string?)step["namespace"], _uids.Resolve((string)step["name"]!), stop);

    private Task ReplaceRules(JsonObject rules)
    {
        foreach (var (method, list) in Vector.Script(rules)) _driver.Answer(method, [.. list]);
        return Task.CompletedTask;
    }

    private async Task Wait(WaitCondition condition)
    {
        // A program that ended by itself will not bring about anything any more; its exit is part of the recording.
        await _activity.Until(() => Holds() || _running.Any(r => r.Program.HasExited), condition.Limit, _time);
        if (!Holds()) _unmet.Add($"wait not met: {condition}");
        bool Holds() => condition.Holds(_view.Now(), _driver.Calls, _uids);
    }
}

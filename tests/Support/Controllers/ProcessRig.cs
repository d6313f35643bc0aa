using System.Globalization;
using Sidecars.EmbeddedCluster;
using Sidecars.EmbeddedCluster.Controllers;

namespace Sidecars.Tests.Support.Controllers;

/// <summary>
/// A published program between a cluster and a scripted driver. It may be started, killed and started again; all that it ever wrote is kept.
/// </summary>
public sealed class ProcessRig : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly ClusterControllers? _controllers;
    private readonly string _kubeconfig;
    private readonly List<PublishedProgram> _all = [];

    private readonly bool _talksToDriver;

    private ProcessRig(string program, ClusterServer cluster, ScriptedDriver driver, bool hasControllers, bool talksToDriver)
    {
        (Program, Cluster, Driver, _talksToDriver) = (program, cluster, driver, talksToDriver);
        if (hasControllers) _controllers = ClusterControllers.Start(cluster.Storage, new ControllerOptions());
        _kubeconfig = _directory.File("kubeconfig");
    }

    /// <summary>Name of the program.</summary>
    public string Program { get; }

    public ClusterServer Cluster { get; }

    public ScriptedDriver Driver { get; }

    /// <summary>Everything any of the processes wrote.</summary>
    public IEnumerable<string> Output => _all.SelectMany(p => p.ErrorLines.Concat(p.OutputLines));

    /// <summary>The requests of the program for objects of the cluster; that it asks for its rights is not among them.</summary>
    public IEnumerable<LoggedRequest> Requests =>
        Cluster.Requests.Entries.Where(r => r.Request is { IsAboutObjects: true, Resource: not "selfsubjectaccessreviews" } && r.UserAgent.StartsWith(Program, StringComparison.Ordinal));

    /// <summary>
    /// Cluster and driver alone; with controllers the cluster binds claims and releases volumes by itself. A program that talks to no driver is not told of it.
    /// The kubeconfig is of <paramref name="user"/>, where one is named.
    /// </summary>
    public static async Task<ProcessRig> PrepareAsync(
        string program, ScriptedDriverOptions? driver = null, bool hasControllers = false, ClusterOptions? cluster = null, bool talksToDriver = true, string? user = null)
    {
        var rig = new ProcessRig(program, await ClusterServer.StartAsync(cluster).WithinLimit(), await ScriptedDriver.StartNewAsync(driver), hasControllers, talksToDriver);
        await rig.Cluster.WriteKubeconfig(rig._kubeconfig, user);
        return rig;
    }

    /// <summary>The folder of the kubeconfig: what stands in it may be named without a folder there.</summary>
    public string Folder => _directory.Path;

    /// <summary>Has the program reach a server by another kubeconfig: <paramref name="cluster"/> and <paramref name="user"/> are fields in flow style.</summary>
    public void Configure(string server, string cluster = "", string user = "") => File.WriteAllText(_kubeconfig, $$$"""
        apiVersion: v1
        kind: Config
        current-context: here
        contexts: [{name: here, context: {cluster: c, user: u}}]
        clusters: [{name: c, cluster: {server: "{{{server}}}", {{{cluster}}} }}]
        users: [{name: u, user: { {{{user}}} }}]
        """);

    public PublishedProgram Start(params string[] more) => Start(new Dictionary<string, string>(), more);

    /// <summary>Starts it in our environment and, above it, what is given.</summary>
    public PublishedProgram Start(IReadOnlyDictionary<string, string> environment, params string[] more)
    {
        var program = PublishedProgram.Start(Program, [$"--kubeconfig={_kubeconfig}", .. _talksToDriver ? [$"--csi-address={Driver.SocketPath}"] : Array.Empty<string>(), .. more], environment);
        _all.Add(program);
        return program;
    }

    /// <summary>Starts it as in a pod: without a kubeconfig, with the files of a service account, and a server at this port of this machine.</summary>
    public PublishedProgram StartInPod(string serviceAccount, int port, params string[] more)
    {
        var environment = new Dictionary<string, string>
        {
            ["KUBERNETES_SERVICE_HOST"] = "127.0.0.1", ["KUBERNETES_SERVICE_PORT"] = port.ToString(CultureInfo.InvariantCulture), ["POD_NAMESPACE"] = "",
        };
        var program = PublishedProgram.StartInPod(Program, serviceAccount, [$"--csi-address={Driver.SocketPath}", .. more], environment);
        _all.Add(program);
        return program;
    }

    /// <summary>The first cache of the program is complete.</summary>
    public static Task<string> Populated(PublishedProgram program) =>
        program.WaitForErrorLine(line => line.Contains("Cache is populated", StringComparison.Ordinal));

    public async ValueTask DisposeAsync()
    {
        foreach (var program in _all) await program.DisposeAsync();
        Cluster.Faults.Clear();
        if (_controllers is not null) await _controllers.DisposeAsync().WithinLimit();
        await Driver.DisposeAsync();
        await Cluster.DisposeAsync().WithinLimit();
        _directory.Dispose();
    }
}

using System.Security.Cryptography.X509Certificates;
using System.Text;
using Sidecars.EmbeddedCluster;
using Sidecars.Tests.Support;
using Sidecars.Tests.Support.Controllers;

namespace Sidecars.ExternalAttacher.Tests.Program;

/// <summary>
/// The published program and a cluster that it reaches over TLS, by a kubeconfig and an environment as a test wants them. That it reaches it is seen by
/// an attachment that becomes attached: a watch has to bring it, and a write has to get through.
/// </summary>
internal abstract class ReachingTest
{
    private static readonly string[] s_proxyVariables = ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy", "REQUEST_METHOD"];

    private ProcessRig? _rig;
    private int _attachments;

    private protected ProcessRig Rig => _rig!;

    private protected World World { get; private set; } = null!;

    /// <summary>The authority of the server's certificate.</summary>
    private protected TestAuthority Authority { get; } = new("authority");

    [SetUp]
    public Task Begin() => Prepare(null);

    [TearDown]
    public async Task End()
    {
        if (TestContext.CurrentContext.Result.FailCount > 0) await TestContext.Out.WriteLineAsync(string.Join('\n', Rig.Output));
        await Rig.DisposeAsync();
        Authority.Dispose();
    }

    /// <summary>A rig with another cluster.</summary>
    private protected async Task Prepare(ClusterOptions? cluster)
    {
        if (_rig is not null) await _rig.DisposeAsync();
        _rig = await ProcessRig.PrepareAsync(AttacherProgram.Name, cluster: cluster);
        World = new World(Rig.Cluster.Storage);
        World.AddNode("n1", "node-1");
        _attachments = 0;
    }

    /// <summary>TLS before the cluster.</summary>
    private protected TlsFront Front(X509Certificate2 certificate, bool asksForCertificate = false, bool isOnEveryAddress = false) =>
        new(Rig.Cluster.Url.Port, certificate, asksForCertificate, isOnEveryAddress);

    /// <summary>Another attachment gets attached.</summary>
    private protected async Task Attaches()
    {
        var name = $"v{++_attachments}";
        World.Add(new TestVolume(name));
        World.Add(new TestAttachment(name).Of(name));
        await World.UntilAttached(name);
    }

    /// <summary>The field of a kubeconfig that trusts these authorities.</summary>
    private protected static string Trusting(params string[] pems) => $"certificate-authority-data: {Base64(string.Join('\n', pems))}";

    /// <summary>A server that does not know who is asking.</summary>
    private protected static FaultAction Unauthorized { get; } = new FaultAction.Answer(new ApiStatus(401, "Unauthorized", "Unauthorized"));

    private protected static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    /// <summary>An environment with these variables, parted by spaces, and no other that names a proxy.</summary>
    private protected static IReadOnlyDictionary<string, string> Variables(string variables)
    {
        var environment = s_proxyVariables.ToDictionary(name => name, _ => "");
        foreach (var variable in variables.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(v => v.Split('=', 2))) environment[variable[0]] = variable[1];
        return environment;
    }
}

using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Sidecars.Tests.Support;

namespace Sidecars.ExternalAttacher.Tests.Program;

/// <summary>Which way the published program takes to the API server in a pod whose environment, or whose kubeconfig, names a proxy (common contract 1.7).</summary>
internal sealed class ProxyProcessTests : ReachingTest
{
    [TestCase("HTTPS_PROXY=PROXY", true)]
    [TestCase("https_proxy=PROXY", true)]
    [TestCase("HTTPS_PROXY=PROXY NO_PROXY=240.0.0.0/4,.svc,localhost", true)]
    [TestCase("HTTPS_PROXY=PROXY NO_PROXY=240.0.0.0/4,HOST/24", false)]
    [TestCase("https_proxy=PROXY no_proxy=HOST/24", false)]
    [TestCase("HTTPS_PROXY=PROXY NO_PROXY=nothing no_proxy=HOST/24", true)]
    [TestCase("HTTPS_PROXY=PROXY NO_PROXY=a.example,*", false)]
    [TestCase("HTTPS_PROXY=PROXY NO_PROXY=HOST:PORT", false)]
    [TestCase("HTTPS_PROXY=PROXY NO_PROXY=HOST:1", true)]
    [TestCase("HTTP_PROXY=PROXY http_proxy=PROXY", false)]
    [TestCase("ALL_PROXY=PROXY all_proxy=PROXY", false)]
    public async Task A_server_elsewhere_is_reached_as_the_environment_says(string environment, bool isProxied)
    {
        var own = OwnAddress();
        using var certificate = Authority.Server(own.ToString());
        await using var front = Front(certificate, isOnEveryAddress: true);
        await using var proxy = ScriptedProxy.Http(front.Port);
        Rig.Configure($"https://{own}:{front.Port}", Trusting(Authority.Pem));
        Rig.Start(Variables(environment.Replace("PROXY=PROXY", $"PROXY=http://127.0.0.1:{proxy.Port}", StringComparison.Ordinal)
            .Replace("proxy=PROXY", $"proxy=http://127.0.0.1:{proxy.Port}", StringComparison.Ordinal)
            .Replace("HOST", own.ToString(), StringComparison.Ordinal).Replace(":PORT", $":{front.Port}", StringComparison.Ordinal)));
        await Attaches();
        Assert.That(front.Handshakes.Select(h => h.IsFromLoopback).Distinct(), Is.EqualTo(new[] { isProxied }), "all ways are the same");
        if (isProxied) Assert.That(await proxy.Asked(), Does.StartWith($"CONNECT {own}:{front.Port} HTTP/1.1\r\n"));
        else Assert.That(proxy.Connections, Is.Zero);
    }

    [TestCase("127.0.0.1")]
    [TestCase("localhost")]
    public async Task A_server_on_this_machine_is_never_reached_through_a_proxy(string host)
    {
        using var certificate = Authority.Server(host);
        await using var front = Front(certificate);
        await using var proxy = ScriptedProxy.Http(front.Port);
        Rig.Configure($"https://{host}:{front.Port}", Trusting(Authority.Pem));
        Rig.Start(Variables($"HTTPS_PROXY=http://127.0.0.1:{proxy.Port}"));
        await Attaches();
        Assert.That(proxy.Connections, Is.Zero);
    }

    [Test]
    public async Task A_name_only_the_proxy_can_resolve_is_left_to_it()
    {
        using var certificate = Authority.Server("api.cluster.example");
        await using var front = Front(certificate);
        await using var proxy = ScriptedProxy.Http(front.Port);
        Rig.Configure("https://api.cluster.example:6443", Trusting(Authority.Pem));
        Rig.Start(Variables($"HTTPS_PROXY=http://127.0.0.1:{proxy.Port} NO_PROXY=0.0.0.0/0,.api.cluster.example,other.example,cluster.example:1"));
        await Attaches();
        Assert.That(await proxy.Asked(), Is.EqualTo("CONNECT api.cluster.example:6443 HTTP/1.1\r\nHost: api.cluster.example:6443\r\n\r\n"));
    }

    [Test]
    public async Task A_proxy_of_the_kubeconfig_is_asked_with_its_login_and_nobody_prints_that()
    {
        using var certificate = Authority.Server("127.0.0.1");
        await using var front = Front(certificate);
        await using var proxy = ScriptedProxy.Http(front.Port);
        Rig.Configure(front.Url, $"{Trusting(Authority.Pem)}, proxy-url: 'http://joe:s%40cret@127.0.0.1:{proxy.Port}'");
        Rig.Start(Variables("NO_PROXY=*"), "-v=10");
        await Attaches();
        Assert.That(await proxy.Asked(), Does.Contain($"CONNECT 127.0.0.1:{front.Port} ").And.Contains($"\r\nProxy-Authorization: Basic {Base64("joe:s@cret")}\r\n"));
        Assert.That(proxy.Connections, Is.EqualTo(front.Handshakes.Count), "and every connection goes through it");
        foreach (var hidden in (string[])["s@cret", "s%40cret", Base64("joe:s@cret")]) Assert.That(Rig.Output, Has.None.Contains(hidden));
    }

    /// <summary>An address of this machine that is not the loopback one.</summary>
    private static IPAddress OwnAddress()
    {
        var own = NetworkInterface.GetAllNetworkInterfaces().Where(n => n.OperationalStatus is OperationalStatus.Up)
            .SelectMany(n => n.GetIPProperties().UnicastAddresses).Select(a => a.Address)
            .FirstOrDefault(a => a.AddressFamily is AddressFamily.InterNetwork && !IPAddress.IsLoopback(a));
        if (own is null) Assert.Ignore("this machine has no address but the loopback one");
        return own!;
    }
}

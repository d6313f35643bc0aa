using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Sidecars.Hosting.Metrics;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Leading;
using Sidecars.Kubernetes.Tests.Http;
using Sidecars.Tests.Support;

namespace Sidecars.Kubernetes.Tests.Leading;

/// <summary>An election over a real HTTP/2 connection that dies without a word. The pings are the platform's and go by the real clock.</summary>
public sealed class DeadConnectionTests
{
    private static readonly LeaderElectionOptions s_options = new()
    {
        LeaseName = "lease", Namespace = "ns", Identity = "a",
        LeaseDuration = TimeSpan.FromSeconds(14), RenewDeadline = TimeSpan.FromSeconds(10), RetryPeriod = TimeSpan.FromSeconds(1),
    };

    [Test]
    public async Task A_leader_whose_connection_dies_silently_renews_over_another_before_its_deadline()
    {
        using var directory = new TemporaryDirectory();
        using var certificate = SelfSigned();
        await using var api = await ScriptedApi.Start(() => certificate);
        await using var relay = new VanishingRelay(api.Port);
        var kubeconfig = directory.File("kubeconfig");
        await File.WriteAllTextAsync(kubeconfig, $$"""
            apiVersion: v1
            kind: Config
            current-context: c
            contexts: [{name: c, context: {cluster: k} }]
            clusters: [{name: k, cluster: {server: "https://127.0.0.1:{{relay.Port}}", insecure-skip-tls-verify: true} }]
            """);
        using var client = new ApiClient(ClusterAddress.Find(kubeconfig).Address!,
            new ApiClientOptions { UserAgent = "test", Connections = new ConnectionOptions().Within(s_options.RenewDeadline) }, TimeProvider.System, NullLogger.Instance);
        using var stop = new CancellationTokenSource();
        var lease = new LeaseServer(TimeProvider.System);
        var renewed = new SemaphoreSlim(0);
        var serving = Serve(api, lease, renewed, stop.Token);
        var elector = new LeaderElector(client, s_options, new LeaderElectionMetrics(new MetricRegistry()), (_, _) => { }, TimeProvider.System, NullLogger.Instance);
        var running = elector.RunAsync(leading => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, leading).ContinueWith(_ => { }, TaskScheduler.Default), () => false, stop.Token);

        Assert.That(await renewed.WaitAsync(TestTimeouts.Limit), Is.True, "taken");
        Assert.That(await renewed.WaitAsync(TestTimeouts.Limit), Is.True, "and renewed");
        Assert.That(relay.Connections, Is.EqualTo(1), "one HTTP/2 connection carries everything");
        relay.Vanish();
        while (renewed.CurrentCount > 0) await renewed.WaitAsync(TestTimeouts.Limit); // those of before
        Assert.That(await renewed.WaitAsync(TestTimeouts.Limit), Is.True, "renewed again");
        Assert.That(running.IsCompleted, Is.False, "it still leads");
        Assert.That(relay.Connections, Is.EqualTo(2));

        await stop.CancelAsync();
        Assert.That(await running.WithinLimit(), Is.True);
        await serving.WithinLimit();
    }

    [TestCase(10, "2 3 4 2")]
    [TestCase(2, "1 1 1 1", Description = "the platform takes no shorter ones")]
    [TestCase(1000, "30 15 30 10", Description = "nor longer ones than everybody's")]
    public void The_times_of_a_connection_follow_the_deadline(int deadline, string expected)
    {
        var times = new ConnectionOptions().Within(TimeSpan.FromSeconds(deadline));
        Assert.That($"{times.PingAfter!.Value.TotalSeconds} {times.PingTimeout.TotalSeconds} {times.DialLimit.TotalSeconds} {times.HandshakeLimit.TotalSeconds}", Is.EqualTo(expected));
    }

    private static X509Certificate2 SelfSigned()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=server", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var signed = request.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
        return X509CertificateLoader.LoadPkcs12(signed.Export(X509ContentType.Pkcs12), null);
    }

    /// <summary>Answers every request as the lease's server does, and tells of each write.</summary>
    private static async Task Serve(ScriptedApi api, LeaseServer lease, SemaphoreSlim renewed, CancellationToken stop)
    {
        using var server = new HttpMessageInvoker(lease.HandlerOf("a"));
        while (!stop.IsCancellationRequested)
        {
            ScriptedRequest request;
            try
            {
                request = await api.Request().WaitAsync(stop);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            using var message = new HttpRequestMessage(new HttpMethod(request.Method), "http://lease/" + request.Target) { Content = new StringContent(request.Body, Encoding.UTF8) };
            using var answer = await server.SendAsync(message, CancellationToken.None);
            await request.Reply((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(CancellationToken.None));
            if (request.Method != "GET") renewed.Release();
        }
    }
}

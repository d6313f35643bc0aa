using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Sidecars.Kubernetes.Http;
using Sidecars.Tests.Support;

namespace Sidecars.Kubernetes.Tests.Http;

/// <summary>
/// A server whose every answer is given by the test, byte by byte: for what a well-behaved API server never does. A request waits
/// until the test takes it and answers.
/// </summary>
internal sealed class ScriptedApi : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly Channel<ScriptedRequest> _requests = Channel.CreateUnbounded<ScriptedRequest>();

    private ScriptedApi(WebApplication application) => _application = application;

    public string Url { get; private set; } = "";

    public int Port => new Uri(Url).Port;

    /// <summary>Requests that came and were not taken yet.</summary>
    public int Waiting => _requests.Reader.Count;

    public static async Task<ScriptedApi> Start(Func<X509Certificate2>? certificate = null, bool asksForCertificate = false)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        if (certificate is not null) builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            if (certificate is null) return;
            listen.UseHttps(https =>
            {
                https.ServerCertificateSelector = (_, _) => certificate();
                https.ClientCertificateMode = asksForCertificate ? ClientCertificateMode.RequireCertificate : ClientCertificateMode.NoCertificate;
                https.ClientCertificateValidation = (_, _, _) => true;
            });
        }));
        var application = builder.Build();
        var api = new ScriptedApi(application);
        application.Run(async http =>
        {
            using var reader = new StreamReader(http.Request.Body);
            var request = new ScriptedRequest(http, await reader.ReadToEndAsync());
            api._requests.Writer.TryWrite(request);
            await request.Answered.WaitAsync(http.RequestAborted);
        });
        await application.StartAsync();
        api.Url = application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return api;
    }

    /// <summary>The next request, in the order of arrival.</summary>
    public Task<ScriptedRequest> Request() => _requests.Reader.ReadAsync().WithinLimit();

    public ApiClient Client(TimeProvider time, ILogger? log = null, RequestThrottle? throttle = null, TimeSpan? timeout = null, bool? packsLists = null) =>
        new(ClusterAddress.Find("", Url).Address!, new ApiClientOptions
        {
            PacksLists = packsLists,
            UserAgent = "csi-test/v1 (linux/amd64)",
            Throttle = throttle,
            Timeout = timeout ?? TimeSpan.FromSeconds(60),
        }, time, log ?? NullLogger.Instance);

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        try
        {
            await _application.StopAsync(now.Token);
        }
        catch (OperationCanceledException)
        {
            // Requests that were never answered were cut.
        }
        await _application.DisposeAsync();
    }
}

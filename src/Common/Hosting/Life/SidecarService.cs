using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Sidecars.Hosting;

/// <summary>Runs the program's main function inside the host, and stops the host when it ends.</summary>
internal sealed class SidecarService(
    ProcessLife life, Func<ProcessLife, Task<int>> run, IHostApplicationLifetime host, ILogger<SidecarService> logger) : IHostedService
{
    private Task _watching = Task.CompletedTask;

    /// <summary>The code for Main, valid once the host has stopped.</summary>
    public int ExitCode { get; private set; } = Hosting.ExitCode.Success;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _watching = Watch();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => _watching;

    private async Task Watch()
    {
        ExitCode = await MainFunction.RunAsync(life, run, logger);
        host.StopApplication();
    }
}

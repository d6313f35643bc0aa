using Microsoft.Extensions.Hosting;

namespace Sidecars.Hosting;

/// <summary>The host's lifetime: signals go to <see cref="ProcessLife"/>, which alone decides what they mean.</summary>
internal sealed class SignalLifetime(ProcessLife life, ISignalSource signals) : IHostLifetime, IDisposable
{
    private IDisposable? _subscription;

    public Task WaitForStartAsync(CancellationToken cancellationToken)
    {
        _subscription = signals.Subscribe(life.OnSignal);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _subscription?.Dispose();
}

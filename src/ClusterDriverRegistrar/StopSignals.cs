using System.Runtime.InteropServices;

namespace Sidecars.ClusterDriverRegistrar;

/// <summary>
/// Tells which signal asked the program to end: an interrupt removes the object, a termination leaves it (registrar contract A6). Only
/// the first one counts. <see cref="Received"/> is set before <see cref="Stopping"/> is cancelled, so that whoever stops because of the
/// token knows why.
/// </summary>
internal sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly PosixSignalRegistration[] _registrations;
    private readonly Lock _lock = new();
    private bool _isDisposed;

    public StopSignals()
    {
        Stopping = _stopping.Token;
        _registrations = [PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle), PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle)];
    }

    public CancellationToken Stopping { get; }

    public PosixSignal? Received { get; private set; }

    public void Dispose()
    {
        foreach (var registration in _registrations) registration.Dispose();
        lock (_lock)
        {
            _isDisposed = true;
            _stopping.Dispose();
        }
    }

    private void Handle(PosixSignalContext context)
    {
        context.Cancel = true;
        lock (_lock)
        {
            // The signal's own thread may be later than the end of the program.
            if (_isDisposed || Received is not null) return;
            Received = context.Signal;
        }
        _ = _stopping.CancelAsync();
    }
}

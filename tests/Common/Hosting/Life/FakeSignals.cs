using System.Runtime.InteropServices;

namespace Sidecars.Hosting.Tests.Life;

/// <summary>Signals a test sends by hand.</summary>
internal sealed class FakeSignals : ISignalSource, IDisposable
{
    private Action<PosixSignal> _received = static _ => throw new InvalidOperationException("nobody listens for signals");

    public bool Disposed { get; private set; }

    public IDisposable Subscribe(Action<PosixSignal> received)
    {
        _received = received;
        return this;
    }

    public void Send(PosixSignal signal) => _received(signal);

    public void Dispose() => Disposed = true;
}

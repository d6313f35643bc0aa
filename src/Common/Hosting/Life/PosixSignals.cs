using System.Runtime.InteropServices;

namespace Sidecars.Hosting;

/// <summary>The operating system's signals. Handling one replaces death by signal, which the exit codes 143 and 130 then stand for.</summary>
internal sealed class PosixSignals : ISignalSource
{
    public IDisposable Subscribe(Action<PosixSignal> received)
    {
        void Handle(PosixSignalContext context)
        {
            context.Cancel = true;
            received(context.Signal);
        }

        return new Subscription(
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle),
            PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle));
    }

    private sealed class Subscription(PosixSignalRegistration term, PosixSignalRegistration interrupt) : IDisposable
    {
        public void Dispose()
        {
            term.Dispose();
            interrupt.Dispose();
        }
    }
}

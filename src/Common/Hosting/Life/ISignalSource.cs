using System.Runtime.InteropServices;

namespace Sidecars.Hosting;

/// <summary>Delivers SIGTERM and SIGINT. The seam exists so that a test can send them without ending its own process.</summary>
internal interface ISignalSource
{
    /// <summary>Calls <paramref name="received"/> for each signal, instead of the default action, until the result is disposed.</summary>
    IDisposable Subscribe(Action<PosixSignal> received);
}

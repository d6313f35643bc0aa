namespace Sidecars.Csi;

/// <summary>
/// The driver could not be reached at all: the connect limit passed, or the address cannot be used with the chosen policy. The message
/// says where we dialled, what the last attempt met and what to look at. Ends a program with exit code 1.
/// </summary>
public sealed class CsiConnectionException(string message, Exception? inner = null) : Exception(message, inner);

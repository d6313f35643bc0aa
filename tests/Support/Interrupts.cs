using System.Globalization;
using System.Runtime.InteropServices;

namespace Sidecars.Tests.Support;

/// <summary>
/// A shell lets what it starts in the background ignore interrupts, and so does whatever that starts in turn: tests run like this would send
/// them to programs that do not listen.
/// </summary>
internal static partial class Interrupts
{
    private const int SigInt = 2;

    /// <summary>Lets programs that are started from now on be interrupted.</summary>
    public static void LetChildrenTakeThem()
    {
        const string mask = "SigIgn:";
        var ignored = File.ReadLines("/proc/self/status").Single(line => line.StartsWith(mask, StringComparison.Ordinal))[mask.Length..].Trim();
        if ((ulong.Parse(ignored, NumberStyles.HexNumber, CultureInfo.InvariantCulture) & (1UL << (SigInt - 1))) != 0) _ = SetHandler(SigInt, 0);
    }

    [LibraryImport("libc", EntryPoint = "signal")]
    private static partial nint SetHandler(int signal, nint handler);
}

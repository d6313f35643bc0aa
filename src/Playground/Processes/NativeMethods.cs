using System.Runtime.InteropServices;

namespace Sidecars.Playground;

/// <summary>The calls of the C library for which .NET has no equivalent.</summary>
internal static partial class NativeMethods
{
    public const int SigKill = 9;
    public const int SigPipe = 13;
    public const int SigTerm = 15;

    /// <summary>prctl(2): the signal this process gets when its parent dies.</summary>
    public const int SetParentDeathSignal = 1;

    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    public static partial int ProcessControl(int option, nuint value, nuint unused3, nuint unused4, nuint unused5);

    [LibraryImport("libc", EntryPoint = "getppid")]
    public static partial int ParentProcess();

    [LibraryImport("libc", EntryPoint = "setpgid", SetLastError = true)]
    public static partial int SetProcessGroup(int process, int group);

    /// <summary>signal(2); a handler of zero is the default action.</summary>
    [LibraryImport("libc", EntryPoint = "signal")]
    public static partial nint SetSignalHandler(int signal, nint handler);

    /// <summary>kill(2); a negative process is a group.</summary>
    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    public static partial int SendSignal(int process, int signal);

    /// <summary>execv(3); returns only when it fails. The last argument is null.</summary>
    [LibraryImport("libc", EntryPoint = "execv", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Execute(string path, string?[] arguments);
}

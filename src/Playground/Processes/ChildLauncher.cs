using System.Globalization;
using System.Runtime.InteropServices;

namespace Sidecars.Playground;

/// <summary>
/// The first moments of every child process: the playground's own program, started again, binds its life to the parent's and then becomes
/// the real program. The kernel thus ends the child when the playground dies, even by SIGKILL, whatever the program itself does.
/// </summary>
internal static class ChildLauncher
{
    /// <summary>The first argument that makes the playground's program a launcher.</summary>
    public const string Verb = "run-as-child-of";

    /// <summary>Its exit code where the program cannot be started.</summary>
    public const int CannotExecute = 127;

    /// <summary>Arguments: the parent's process id, the program, its arguments. Returns only when the program cannot be started.</summary>
    public static int Run(ReadOnlySpan<string> args, TextWriter errors)
    {
        var parent = int.Parse(args[0], CultureInfo.InvariantCulture);
        var program = args[1];
        if (NativeMethods.ProcessControl(NativeMethods.SetParentDeathSignal, NativeMethods.SigKill, 0, 0, 0) != 0)
        {
            errors.WriteLine($"{program} was not started: it could not be bound to its parent ({Marshal.GetLastPInvokeErrorMessage()})");
            return CannotExecute;
        }

        // A parent that died before the line above sends no signal any more.
        if (NativeMethods.ParentProcess() != parent) return CannotExecute;
        // In a group of its own: Ctrl-C in the terminal is for the playground, which then stops its children in order.
        _ = NativeMethods.SetProcessGroup(0, 0);
        // The runtime ignores SIGPIPE, and what is ignored stays so across exec.
        _ = NativeMethods.SetSignalHandler(NativeMethods.SigPipe, 0);
        _ = NativeMethods.Execute(program, [.. args[1..], null]);
        errors.WriteLine($"{program} cannot be started: {Marshal.GetLastPInvokeErrorMessage()}");
        return CannotExecute;
    }
}

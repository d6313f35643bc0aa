using Sidecars.Hosting;

namespace Sidecars.ControllerManager;

/// <summary>Why a program cannot run with its flags, and the exit code the contract has for that.</summary>
/// <param name="Reason">The flag, and what is wrong with it.</param>
/// <param name="Code">Exit code; the originals find some mistakes out late and end with another one.</param>
public sealed record FlagProblem(string Reason, int Code = ExitCode.Failure)
{
    /// <summary>A problem where there is a reason, null where there is none.</summary>
    public static FlagProblem? Of(string? reason, int code = ExitCode.Failure) => reason is null ? null : new FlagProblem(reason, code);
}

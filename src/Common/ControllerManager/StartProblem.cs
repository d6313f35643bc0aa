using Sidecars.Hosting;

namespace Sidecars.ControllerManager;

/// <summary>Why a sidecar cannot work, as it found out at the start, and the exit code the contract has for that.</summary>
/// <param name="Reason">What was asked, what the other side said, and what to do.</param>
/// <param name="Code">Exit code.</param>
public sealed record StartProblem(string Reason, int Code = ExitCode.Failure);

namespace Sidecars.Playground;

/// <summary>How a program ended that will not run: its name, its exit code, and what is worth reading of its log.</summary>
internal sealed record ProgramEnd(string Name, int? ExitCode, IReadOnlyList<string> Tail);

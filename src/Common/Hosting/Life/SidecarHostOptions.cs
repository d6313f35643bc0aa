using Sidecars.Hosting.Logging;

namespace Sidecars.Hosting;

/// <summary>What a program's frame can be told; everything has the value a shipped program uses, except in tests.</summary>
public sealed record SidecarHostOptions
{
    /// <summary>Where the kubelet reads the last words of a container.</summary>
    public const string DefaultTerminationMessagePath = "/dev/termination-log";

    /// <summary>Format and verbosity of the log.</summary>
    public KlogOptions Logging { get; init; } = KlogOptions.Default;

    /// <summary>The clock of log lines.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Where <see cref="ProcessLife.Fail"/> leaves the reason when asked to.</summary>
    public string TerminationMessagePath { get; init; } = DefaultTerminationMessagePath;

    /// <summary>Where log lines go; null is stderr.</summary>
    public Stream? LogOutput { get; init; }

    /// <summary>Where signals come from; null is the operating system.</summary>
    internal ISignalSource? Signals { get; init; }
}

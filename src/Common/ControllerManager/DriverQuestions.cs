using Sidecars.Csi;

namespace Sidecars.ControllerManager;

/// <summary>What a sidecar asks the driver at its start, and how long each answer may take (common contract 3.6 to 3.8).</summary>
public sealed record DriverQuestions
{
    /// <summary>Limit of each probe.</summary>
    public required TimeSpan ProbeLimit { get; init; }

    /// <summary>Limit of the question for the name.</summary>
    public required TimeSpan NameLimit { get; init; }

    /// <summary>Limits of the questions for capabilities.</summary>
    public required CapabilityQuestions Capabilities { get; init; }

    /// <summary>Limit of the question for the node the driver runs on; null does not ask it.</summary>
    public TimeSpan? NodeLimit { get; init; }

    /// <summary>Where a logged answer is cut; 0 or less logs it whole.</summary>
    public int LoggedResponseBytes { get; init; }

    /// <summary>One set of questions that serves two sidecars: the longer limits, and whatever either asks.</summary>
    internal DriverQuestions With(DriverQuestions other) => new()
    {
        ProbeLimit = Longer(ProbeLimit, other.ProbeLimit),
        NameLimit = Longer(NameLimit, other.NameLimit),
        Capabilities = Capabilities with
        {
            Limit = Longer(Capabilities.Limit, other.Capabilities.Limit),
            HasOneLimitForAll = Capabilities.HasOneLimitForAll && other.Capabilities.HasOneLimitForAll,
            AlwaysAsksController = Capabilities.AlwaysAsksController || !Capabilities.AsksPlugin || other.Capabilities.AlwaysAsksController || !other.Capabilities.AsksPlugin,
            AsksPlugin = Capabilities.AsksPlugin || other.Capabilities.AsksPlugin,
        },
        NodeLimit = NodeLimit is { } own && other.NodeLimit is { } others ? Longer(own, others) : NodeLimit ?? other.NodeLimit,
        LoggedResponseBytes = Math.Max(LoggedResponseBytes, other.LoggedResponseBytes),
    };

    internal DriverStartLimits ToLimits() => new(ProbeLimit, NameLimit, Capabilities, LoggedResponseBytes, NodeLimit ?? default);

    private static TimeSpan Longer(TimeSpan one, TimeSpan other) => one > other ? one : other;
}

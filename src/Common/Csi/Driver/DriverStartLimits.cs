namespace Sidecars.Csi;

/// <summary>How long the calls of <see cref="DriverStart"/> may take. The programs differ: some give the name a second, others their timeout.</summary>
/// <param name="Probe">Limit of each single probe.</param>
/// <param name="Name">Limit of the question for the name.</param>
/// <param name="Capabilities">How the driver is asked what it can do.</param>
/// <param name="LoggedResponseBytes">Where a logged answer is cut; 0 or less logs it whole.</param>
/// <param name="Node">Limit of the question for the node the driver runs on.</param>
public sealed record DriverStartLimits(
    TimeSpan Probe, TimeSpan Name, CapabilityQuestions Capabilities, int LoggedResponseBytes = 0, TimeSpan Node = default);

/// <summary>How a driver is asked what it can do: GetPluginCapabilities, then ControllerGetCapabilities.</summary>
/// <param name="Limit">Limit of each call.</param>
/// <param name="HasOneLimitForAll">Whether both calls together have that limit.</param>
/// <param name="AlwaysAsksController">Whether the controller is asked even where the plugin announces none.</param>
/// <param name="AsksPlugin">Whether the first question is asked at all; a plugin that is not asked has the empty set, and its controller is asked.</param>
public sealed record CapabilityQuestions(TimeSpan Limit, bool HasOneLimitForAll = false, bool AlwaysAsksController = false, bool AsksPlugin = true);

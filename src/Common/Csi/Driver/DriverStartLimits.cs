namespace Sidecars.Csi;

/// <summary>How long the calls of <see cref="DriverStart"/> may take. The programs differ: some give the name a second, others their timeout.</summary>
/// <param name="Probe">Limit of each single probe.</param>
/// <param name="Name">Limit of the question for the name.</param>
/// <param name="Capabilities">Limit of the questions for capabilities, all of them together.</param>
/// <param name="LoggedResponseBytes">Where a logged answer is cut; 0 or less logs it whole.</param>
public sealed record DriverStartLimits(TimeSpan Probe, TimeSpan Name, TimeSpan Capabilities, int LoggedResponseBytes = 0);

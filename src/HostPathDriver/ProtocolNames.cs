using System.Text.RegularExpressions;

namespace Sidecars.HostPathDriver;

/// <summary>The names the protocol restricts (wire contract 8.6).</summary>
internal static partial class ProtocolNames
{
    public static bool IsDriverName(string name) => DriverName().IsMatch(name);

    public static bool IsTopologyValue(string value) => TopologyValue().IsMatch(value);

    // "topology." is put before the name to make a topology key, whose prefix may have 63 characters and is lower-case.
    [GeneratedRegex(@"\A[a-z0-9]([-a-z0-9.]{0,52}[a-z0-9])?\z")]
    private static partial Regex DriverName();

    [GeneratedRegex(@"\A[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?\z")]
    private static partial Regex TopologyValue();
}

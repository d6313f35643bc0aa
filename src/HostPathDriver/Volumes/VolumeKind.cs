using System.Diagnostics.CodeAnalysis;
using Sidecars.HostPathDriver.Rpc;

namespace Sidecars.HostPathDriver.Volumes;

/// <summary>The class parameter <c>kind</c>, which picks one of the capacities a node has. Where the driver has no kinds it means nothing.</summary>
internal static class VolumeKind
{
    private const string Parameter = "kind";

    /// <summary>The kind the parameters ask for, empty for none; false when the driver has kinds, but not this one.</summary>
    public static bool TryRead(IDictionary<string, string> parameters, DriverOptions options, [NotNullWhen(true)] out string? kind)
    {
        kind = "";
        if (options.KindCapacities.Count == 0 || !parameters.TryGetValue(Parameter, out var named)) return true;
        kind = options.KindCapacities.ContainsKey(named) ? named : null;
        return kind is not null;
    }

    /// <summary>The kind, or a refusal that says which there are.</summary>
    public static string Required(IDictionary<string, string> parameters, DriverOptions options) => TryRead(parameters, options, out var kind)
        ? kind
        : throw Refuse.InvalidArgument(
            $"parameters has the unknown {Parameter} \"{parameters[Parameter]}\"; known are {string.Join(", ", options.KindCapacities.Keys)}.");
}

using Microsoft.Extensions.Primitives;

namespace Sidecars.EmbeddedCluster;

/// <summary>Boolean query parameters as the API server reads them: present without a value, or anything but 0 and false, is true.</summary>
internal static class QueryFlags
{
    public static bool IsSet(StringValues values) => values.Count > 0 && values[0] is not ("0" or "false" or "False" or "FALSE" or "f" or "F");

    public static bool? Read(StringValues values) => values.Count == 0 ? null : IsSet(values);
}

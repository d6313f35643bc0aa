using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sidecars.HostPathDriver.State;

/// <summary>
/// A string map in one canonical text form, keys in ordinal order, so that two maps are equal exactly when their texts are.
/// </summary>
internal static partial class StringMap
{
    public static string ToText(IEnumerable<KeyValuePair<string, string>> map)
    {
        var sorted = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in map) sorted[key] = value;
        return JsonSerializer.Serialize(sorted, Context.Default.SortedDictionaryStringString);
    }

    public static SortedDictionary<string, string> FromText(string text) =>
        JsonSerializer.Deserialize(text, Context.Default.SortedDictionaryStringString) ?? new(StringComparer.Ordinal);

    [JsonSerializable(typeof(SortedDictionary<string, string>))]
    private sealed partial class Context : JsonSerializerContext;
}

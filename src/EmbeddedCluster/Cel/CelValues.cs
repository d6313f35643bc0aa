using System.Globalization;

namespace Sidecars.EmbeddedCluster;

/// <summary>The null of CEL.</summary>
internal sealed class CelNull
{
    public static readonly CelNull Value = new();
}

/// <summary>A failed evaluation. It is a value, because <c>&amp;&amp;</c> and <c>||</c> may not care.</summary>
internal sealed record CelError(string Message);

/// <summary>A list; one that is a set, or a map under keys, is equal to another whatever their order.</summary>
internal sealed record CelList(IReadOnlyList<object> Items, bool IsUnordered = false);

/// <summary>A map, or an object: the fields it has by the names that expressions use.</summary>
internal sealed record CelMap(Dictionary<object, object> Entries)
{
    /// <summary>What a field or an entry holds; null when there is none. A field may be called like a word of the language.</summary>
    public object? Find(string field) =>
        Entries.GetValueOrDefault(field) ?? (CelWords.IsReserved(field) ? Entries.GetValueOrDefault(CelWords.Escape(field)) : null);
}

/// <summary>The type of a value as a value: what <c>type(x)</c> gives.</summary>
internal sealed record CelTypeName(string Name);

/// <summary>
/// What the values of CEL have in common. They are bool, long, ulong, double, string, bytes, DateTimeOffset, TimeSpan, and the types of this file.
/// </summary>
internal static class CelValues
{
    public static CelType TypeOf(object value) => value switch
    {
        bool => CelType.Bool,
        long => CelType.Int,
        ulong => CelType.Uint,
        double => CelType.Double,
        string => CelType.String,
        byte[] => CelType.Bytes,
        DateTimeOffset => CelType.Timestamp,
        TimeSpan => CelType.Duration,
        CelNull => CelType.Null,
        CelTypeName => CelType.Type,
        CelList => CelType.List(CelType.Dyn),
        CelMap => CelType.Map(CelType.Dyn, CelType.Dyn),
        _ => CelType.Dyn,
    };

    public static string NameOf(object value) => value switch
    {
        CelNull => "null_type",
        CelList => "list",
        CelMap => "map",
        DateTimeOffset => "google.protobuf.Timestamp",
        TimeSpan => "google.protobuf.Duration",
        CelTypeName => "type",
        _ => TypeOf(value).ToString(),
    };

    public static bool AreEqual(object left, object right) => (left, right) switch
    {
        (CelList a, CelList b) when a.Items.Count != b.Items.Count => false,
        (CelList a, CelList b) => a.IsUnordered || b.IsUnordered ? HoldTheSame(a, b) : a.Items.Zip(b.Items).All(pair => AreEqual(pair.First, pair.Second)),
        (CelMap a, CelMap b) => a.Entries.Count == b.Entries.Count
            && a.Entries.All(entry => b.Entries.TryGetValue(entry.Key, out var other) && AreEqual(entry.Value, other)),
        (byte[] a, byte[] b) => a.AsSpan().SequenceEqual(b),
        (long or ulong or double, long or ulong or double) => Compare(left, right) == 0,
        _ => left.Equals(right),
    };

    /// <summary>Which of two comes first; null where they cannot be compared.</summary>
    public static int? Compare(object left, object right) => (left, right) switch
    {
        (bool a, bool b) => a.CompareTo(b),
        (long a, long b) => a.CompareTo(b),
        (ulong a, ulong b) => a.CompareTo(b),
        (string a, string b) => string.CompareOrdinal(a, b),
        (byte[] a, byte[] b) => a.AsSpan().SequenceCompareTo(b),
        (DateTimeOffset a, DateTimeOffset b) => a.CompareTo(b),
        (TimeSpan a, TimeSpan b) => a.CompareTo(b),
        (long a, ulong b) => a < 0 ? -1 : ((ulong)a).CompareTo(b),
        (ulong a, long b) => b < 0 ? 1 : a.CompareTo((ulong)b),
        (long or ulong or double, long or ulong or double) => Real(left) is var a && Real(right) is var b && !double.IsNaN(a) && !double.IsNaN(b) ? a.CompareTo(b) : null,
        _ => null,
    };

    /// <summary>A key of a map: whole reals are as good as integers.</summary>
    public static object Key(object key) => key switch
    {
        ulong number and <= long.MaxValue => (long)number,
        double number when number == Math.Floor(number) && Math.Abs(number) < long.MaxValue => (long)number,
        _ => key,
    };

    private static double Real(object number) => Convert.ToDouble(number, CultureInfo.InvariantCulture);

    private static bool HoldTheSame(CelList left, CelList right)
    {
        var rest = right.Items.ToList();
        foreach (var item in left.Items)
        {
            var found = rest.FindIndex(other => AreEqual(item, other));
            if (found < 0) return false;
            rest.RemoveAt(found);
        }
        return true;
    }
}

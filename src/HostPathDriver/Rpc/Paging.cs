using System.Globalization;

namespace Sidecars.HostPathDriver.Rpc;

/// <summary>
/// Page tokens: the sequence number of the last entry sent. They stay good when entries come and go between pages, and after a restart.
/// </summary>
internal static class Paging
{
    /// <summary>The sequence after which to go on; 0 for the empty token.</summary>
    public static long After(string token)
    {
        if (token.Length == 0) return 0;
        return long.TryParse(token, NumberStyles.None, CultureInfo.InvariantCulture, out var sequence) && sequence > 0
            ? sequence
            : throw Refuse.BadToken(token);
    }

    /// <summary>
    /// Reads one page: at most <paramref name="maxEntries"/> entries (0: all), and the token of the next page, empty after the last.
    /// </summary>
    public static (List<T> Entries, string NextToken) Page<T>(
        string token, int maxEntries, Func<long, int, List<T>> read, Func<T, long> sequence)
    {
        var after = After(token);
        if (maxEntries == 0) return (read(after, -1), ""); // SQLite reads a negative limit as none.
        // One more than asked tells whether there is a next page.
        var entries = read(after, maxEntries == int.MaxValue ? maxEntries : maxEntries + 1);
        if (entries.Count <= maxEntries) return (entries, "");
        entries.RemoveAt(entries.Count - 1);
        return (entries, sequence(entries[^1]).ToString(CultureInfo.InvariantCulture));
    }
}

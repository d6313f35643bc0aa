namespace Sidecars.Playground;

/// <summary>
/// What of a program's log is worth showing when something went wrong: its first line, where one that cannot read its command line says so, the last
/// warnings and errors, however long ago, and the last lines of anything else, in order. What repeats for ever and says nothing, such as renewals of leases, is passed over. Rights that are missing stand by themselves.
/// </summary>
internal sealed class LogTail
{
    private const string Lacking = "lacks a right";
    private const int MostWarnings = 10;
    private const int MostOthers = 15;

    private readonly Lock _gate = new();
    private readonly Queue<(long Number, string Line)> _warnings = new();
    private readonly Queue<(long Number, string Line)> _others = new();
    private readonly List<string> _missingRights = [];
    private string? _first;
    private long _count;

    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_gate) return _first is null ? [] : [_first, .. _warnings.Concat(_others).OrderBy(line => line.Number).Select(line => line.Line)];
        }
    }

    /// <summary>What it said of rights that its account lacks, however long ago: the likeliest reason for anything, and each with its remedy.</summary>
    public IReadOnlyList<string> MissingRights
    {
        get
        {
            lock (_gate) return [.. _missingRights];
        }
    }

    public void Add(string line)
    {
        if (SaysNothing(line)) return;
        lock (_gate)
        {
            if (line.Contains(Lacking, StringComparison.Ordinal))
            {
                if (Words(line) is var words && !_missingRights.Contains(words)) _missingRights.Add(words);
                return;
            }

            if (_first is null)
            {
                _first = line;
                return;
            }

            var (lines, most) = IsWarning(line) ? (_warnings, MostWarnings) : (_others, MostOthers);
            lines.Enqueue((_count++, line));
            if (lines.Count > most) lines.Dequeue();
        }
    }

    // Without the header, and the rule as it is written into a role.
    private static string Words(string line) =>
        (IsWarning(line) && line.IndexOf("] ", StringComparison.Ordinal) is var end and > 0 ? line[(end + 2)..] : line).Replace("\\\"", "\"", StringComparison.Ordinal);

    // W1128 11:10:15.063558: the level, month and day.
    private static bool IsWarning(string line) => line is ['W' or 'E' or 'F', >= '0' and <= '9', >= '0' and <= '9', ..];

    private static bool SaysNothing(string line) =>
        line.Contains("/leases/", StringComparison.Ordinal) && line.StartsWith('I')
        || line.Contains("/selfsubjectaccessreviews", StringComparison.Ordinal) && line.StartsWith('I')
        || line.Contains("/csi.v1.Identity/Probe", StringComparison.Ordinal)
        || line.Contains("\"GRPC response\" response=\"{\\\"ready\\\"", StringComparison.Ordinal);
}

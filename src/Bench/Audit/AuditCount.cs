namespace Sidecars.Bench;

/// <summary>Counts the requests of one program between two marks, requests of the bench that nobody else would make.</summary>
internal static class AuditCount
{
    /// <summary>
    /// The requests that the user of the first mark made after it and before the second, without those of the bench itself. Null where the log has not both.
    /// </summary>
    public static RequestFigures? Between(string firstMark, string secondMark, IEnumerable<AuditEntry> entries)
    {
        var (requests, refusals) = (new SortedDictionary<string, int>(StringComparer.Ordinal), new SortedDictionary<string, int>(StringComparer.Ordinal));
        string? user = null;
        foreach (var entry in entries)
        {
            if (entry.UserAgent == firstMark) user = entry.User;
            else if (entry.UserAgent == secondMark && user is not null) return new RequestFigures(requests, refusals);
            else if (user is not null && entry.User == user && IsCounted(entry)) Count(entry);
        }
        return null;

        void Count(AuditEntry entry)
        {
            var what = $"{entry.Verb} {entry.Resource}";
            requests[what] = requests.GetValueOrDefault(what) + 1;
            if (!entry.IsRefused) return;
            var refusal = $"{what} {entry.Code}";
            refusals[refusal] = refusals.GetValueOrDefault(refusal) + 1;
        }
    }

    private static bool IsCounted(AuditEntry entry) =>
        entry.Resource is not ("" or "leases") && entry.Verb != "watch" && !entry.UserAgent.StartsWith(ClusterConnection.UserAgent, StringComparison.Ordinal);
}

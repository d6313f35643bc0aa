using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Sidecars.EmbeddedCluster;

namespace Sidecars.Vectors.Tests;

/// <summary>
/// Rights as single verbs, "group/resource verb": what roles grant, and what was asked of a server. Reading is one verb, because roles grant get, list and
/// watch together: which of them a server sees depends on its release.
/// </summary>
internal static class RightsInUse
{
    /// <summary>Of all scenarios that have run so far, by sidecar.</summary>
    private static readonly ConcurrentDictionary<string, ConcurrentDictionary<string, bool>> s_used = new(StringComparer.Ordinal);

    private static readonly ConcurrentDictionary<string, IReadOnlyList<string>> s_granted = new(StringComparer.Ordinal);

    private static readonly ConcurrentDictionary<string, bool> s_scenarios = new(StringComparer.Ordinal);

    /// <summary>What is granted to a sidecar and was not used by any scenario.</summary>
    public static IEnumerable<string> Unused(string sidecar) => s_granted.GetValueOrDefault(sidecar, []).Except(s_used.GetValueOrDefault(sidecar)?.Keys ?? []);

    /// <summary>Of the scenarios, those that have not run yet.</summary>
    public static IEnumerable<string> Missing => Vector.Names.Concat(LeaseRightsTests.Names).Except(s_scenarios.Keys);

    /// <summary>Keeps what a scenario's programs were granted and used; gives back what they were refused.</summary>
    public static IReadOnlyList<string> Note(string scenario, IEnumerable<string> sidecars, ClusterServer cluster)
    {
        var refused = new List<string>();
        foreach (var sidecar in sidecars)
        {
            var user = ChartAccounts.UserOf(sidecar);
            s_granted.TryAdd(sidecar, [.. Granted(cluster, sidecar).Distinct()]);
            var used = s_used.GetOrAdd(sidecar, _ => new(StringComparer.Ordinal));
            foreach (var entry in cluster.Requests.Entries.Where(entry => entry.User == user && entry.Request.IsAboutObjects))
            {
                if (entry.Code is 401 or 403) refused.Add($"{sidecar}: {entry}");
                used.TryAdd(Right(entry.Request), true);
            }
        }
        s_scenarios.TryAdd(scenario, true);
        return refused;
    }

    private static string Right(RequestInfo request) =>
        $"{request.Group}/{request.Resource}{(request.Subresource.Length > 0 ? "/" + request.Subresource : "")} {Verb(request.Verb)}";

    private static IEnumerable<string> Granted(ClusterServer cluster, string sidecar) =>
        from kind in (string[])["role", "clusterrole"]
        from binding in cluster.Storage.List($"{kind}bindings").Items.Select(item => item.ToJson())
        where binding["subjects"]!.AsArray().Any(subject => (string)subject!["name"]! == sidecar)
        let role = cluster.Storage.Get($"{kind}s", (string?)binding["metadata"]!["namespace"], (string)binding["roleRef"]!["name"]!).Value!.ToJson()
        from rule in role["rules"]!.AsArray()
        from groupName in Texts(rule!, "apiGroups")
        from resource in Texts(rule!, "resources")
        from verb in Texts(rule!, "verbs")
        select $"{groupName}/{resource} {Verb(verb)}";

    private static string Verb(string verb) => verb is "get" or "list" or "watch" ? "read" : verb;

    private static IEnumerable<string> Texts(JsonNode rule, string key) => rule[key]!.AsArray().Select(item => (string)item!);
}

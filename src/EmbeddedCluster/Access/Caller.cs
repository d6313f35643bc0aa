namespace Sidecars.EmbeddedCluster;

/// <summary>Who a request comes from, after its token was checked.</summary>
internal sealed record Caller(string Name, IReadOnlyList<string> Groups)
{
    private const string ServiceAccount = "system:serviceaccount:";

    public static readonly Caller Anonymous = new("system:anonymous", ["system:unauthenticated"]);

    public bool IsAuthenticated => !ReferenceEquals(this, Anonymous);

    /// <summary>Somebody with a token, in the groups that every such caller is in.</summary>
    public static Caller Known(string name, IReadOnlyList<string> groups) => new(name, name.StartsWith(ServiceAccount, StringComparison.Ordinal) && name.Split(':') is { Length: 4 } parts
        ? [.. groups, "system:authenticated", "system:serviceaccounts", $"system:serviceaccounts:{parts[2]}"]
        : [.. groups, "system:authenticated"]);

    public static Caller OfAccount(string ns, string name) => Known($"{ServiceAccount}{ns}:{name}", []);
}

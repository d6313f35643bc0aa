namespace Sidecars.EmbeddedCluster;

/// <summary>Who a request comes from, after its token was checked.</summary>
internal sealed record Caller(string Name, IReadOnlyList<string> Groups)
{
    public static readonly Caller Anonymous = new("system:anonymous", ["system:unauthenticated"]);

    public bool IsAuthenticated => !ReferenceEquals(this, Anonymous);
}

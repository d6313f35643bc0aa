namespace Sidecars.EmbeddedCluster;

/// <summary>Somebody who may call the API with a bearer token.</summary>
/// <param name="Name">The user name as RBAC subjects and the audit log show it.</param>
/// <param name="Token">The token; keep it out of logs.</param>
/// <param name="Groups">The groups; <c>system:authenticated</c> is always added.</param>
public sealed record ClusterUser(string Name, string Token, params IReadOnlyList<string> Groups)
{
    /// <summary>The name alone; never the token.</summary>
    public override string ToString() => Name;
}

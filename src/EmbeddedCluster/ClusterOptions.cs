namespace Sidecars.EmbeddedCluster;

/// <summary>How a cluster is set up. The defaults suit tests: any free port, everybody may do everything, no admission plug-ins.</summary>
public sealed record ClusterOptions
{
    /// <summary>The TCP port on the loopback address; 0 takes a free one.</summary>
    public int Port { get; init; }

    /// <summary>The clock of creation times, bookmarks, timeouts and delays.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>The admission plug-ins.</summary>
    public AdmissionOptions Admission { get; init; } = new();

    /// <summary>Feature gates that differ from those of Kubernetes 1.36, as far as fields of objects depend on them.</summary>
    public IReadOnlyDictionary<string, bool> FeatureGates { get; init; } = new Dictionary<string, bool>();

    /// <summary>Built-in resources that are not served, as on a server of an earlier release: plurals joined with their group, <c>pods</c> or <c>csinodes.storage.k8s.io</c>.</summary>
    public IReadOnlyCollection<string> NotServed { get; init; } = [];

    /// <summary>The users with a token. A kubeconfig can be written for each.</summary>
    public IReadOnlyList<ClusterUser> Users { get; init; } = [];

    /// <summary>False answers 401 to requests without a token; a wrong token is always refused.</summary>
    public bool AllowAnonymous { get; init; } = true;

    /// <summary>True decides every request by the roles and bindings stored in the cluster; members of <c>system:masters</c> may do everything.</summary>
    public bool UseRbac { get; init; }

    /// <summary>
    /// True serves HTTPS with a certificate made for this run; the kubeconfig trusts it. Clients built on the Go library, kubectl among them, send no
    /// token without TLS.
    /// </summary>
    public bool UseTls { get; init; }

    /// <summary>Changes kept for each resource; a watch from before gets 410 Expired.</summary>
    public int HistoryLength { get; init; } = 20_000;

    /// <summary>Requests, without watches, that are worked on at a time; more get 429. 0 means any number.</summary>
    public int MaxRequestsInFlight { get; init; }

    /// <summary>Requests kept by the request log; 0 turns it off.</summary>
    public int RequestLogLength { get; init; } = 100_000;

    /// <summary>A file that gets one audit line for each request; null for none.</summary>
    public string? AuditLogPath { get; init; }

    /// <summary>Time between bookmarks of a watch that asks for them.</summary>
    public TimeSpan BookmarkInterval { get; init; } = TimeSpan.FromMinutes(1);
}

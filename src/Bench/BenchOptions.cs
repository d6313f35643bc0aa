namespace Sidecars.Bench;

/// <summary>What is to be measured, and where; made by <see cref="BenchFlags"/> and never changed.</summary>
internal sealed record BenchOptions
{
    /// <summary>The kind of work, by its name on the command line.</summary>
    public string Mode { get; init; } = "";

    /// <summary>How many objects are worked on; with idle, how many volumes and claims are there.</summary>
    public int Count { get; init; }

    /// <summary>The programs, measured one after another on the same input.</summary>
    public IReadOnlyList<MeasuredCommand> Commands { get; init; } = [];

    /// <summary>The cluster to work in; null starts an embedded one.</summary>
    public string? Kubeconfig { get; init; }

    /// <summary>The kubeconfig the programs get, where theirs is another; its user is the one whose requests are counted.</summary>
    public string? SidecarKubeconfig { get; init; }

    /// <summary>The audit log of the cluster; null counts no requests. An embedded cluster writes its own.</summary>
    public string? AuditLog { get; init; }

    /// <summary>Bound claims, with their volumes, that stand by.</summary>
    public int Claims { get; init; }

    /// <summary>Pods that stand by, each with one of the claims.</summary>
    public int Pods { get; init; }

    /// <summary>How long the work of one program may take.</summary>
    public TimeSpan Limit { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>How long a program is left alone before its memory at rest is read.</summary>
    public TimeSpan Quiet { get; init; } = TimeSpan.FromSeconds(8);

    /// <summary>Whether the work comes once the program is at rest, instead of waiting for it when it starts.</summary>
    public bool IsLive { get; init; }

    /// <summary>Whether figures are printed as JSON instead of a table.</summary>
    public bool AsJson { get; init; }

    /// <summary>Whether a cluster with nodes or claims of others is fine too.</summary>
    public bool InAnyCluster { get; init; }

    /// <summary>The bound claims that are there before the program starts.</summary>
    public int StandingClaims => Mode switch
    {
        "idle" => Count,
        "expand" => Math.Max(Claims, Count),
        _ => Claims,
    };

    /// <summary>Mode and count as they were asked for.</summary>
    public string Title => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Mode} {Count}");
}

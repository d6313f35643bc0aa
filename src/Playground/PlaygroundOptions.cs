namespace Sidecars.Playground;

/// <summary>What a run is to do; read from the flags once.</summary>
internal sealed record PlaygroundOptions
{
    /// <summary>Check that everything came true, take it down again, and end.</summary>
    public bool Once { get; init; }

    /// <summary>Manifests instead of the announcement's.</summary>
    public IReadOnlyList<string> Files { get; init; } = [];

    /// <summary>The absolute path of the socket of somebody's own driver; null starts the hostpath driver.</summary>
    public string? CsiAddress { get; init; }

    /// <summary>Our own driver is played with, of which is known what it can do.</summary>
    public bool IsOwnDriver => CsiAddress is null;

    /// <summary>Whether the story goes on after the announcement's pod runs.</summary>
    public bool HasSequel => IsOwnDriver && Files.Count == 0 && (Chart is null or { LeftOut.Count: 0 });

    /// <summary>The provisioner tells how much room each node has, and the scheduler goes by it; not every driver can say.</summary>
    public bool TellsRoom => IsOwnDriver && (Chart is null or { TellsRoom: true });

    /// <summary>The sequel has a claim ask for an attributes class.</summary>
    public bool ChangesAttributes => HasSequel && (Chart is null or { ChangesAttributes: true });

    /// <summary>Files of values of the chart csi-driver, which says then which sidecars run and how; empty for the playground's own choice.</summary>
    public IReadOnlyList<string> ChartValues { get; init; } = [];

    /// <summary>What Helm made of <see cref="ChartValues"/>; null without them.</summary>
    public ChartRelease? Chart { get; init; }

    /// <summary>A directory for logs and volumes that stays; null for a temporary one.</summary>
    public string? KeepDirectory { get; init; }

    /// <summary>Where the sidecar programs are; null looks in the usual places.</summary>
    public string? Programs { get; init; }

    /// <summary>Verbosity of the sidecars' logs.</summary>
    public int Verbosity { get; init; } = 5;

    /// <summary>Further arguments of sidecars, by the file of the program; they come last, so that they win.</summary>
    public ILookup<string, string> SidecarArguments { get; init; } = Array.Empty<string>().ToLookup(argument => argument);

    /// <summary>How long one step may take with <see cref="Once"/>.</summary>
    public TimeSpan StepLimit { get; init; } = TimeSpan.FromSeconds(60);
}

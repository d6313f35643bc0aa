namespace Sidecars.Bench;

/// <summary>All that was measured of one program. What could not be measured is null.</summary>
internal sealed record RunFigures
{
    /// <summary>The name of the binary.</summary>
    public string Program { get; init; } = "";

    /// <summary>How much was done how soon; null with idle.</summary>
    public WorkFigures? Work { get; init; }

    /// <summary>The process at rest before anything was asked of it.</summary>
    public ProcessFigures? Idle { get; init; }

    /// <summary>The process when all was done, or the limit was over.</summary>
    public ProcessFigures? End { get; init; }

    /// <summary>The process at rest again.</summary>
    public ProcessFigures? After { get; init; }

    /// <summary>Calls of the driver by method.</summary>
    public IReadOnlyDictionary<string, int> Calls { get; init; } = new Dictionary<string, int>();

    /// <summary>Requests of the API server; null without an audit log.</summary>
    public RequestFigures? Requests { get; init; }

    /// <summary>Why there are no requests, or what else went wrong; empty where all is well.</summary>
    public string Remark { get; init; } = "";

    /// <summary>Whether all was done, and the program alive.</summary>
    public bool IsComplete { get; init; }

    /// <summary>The last that was read of the process.</summary>
    public ProcessFigures? Last => After ?? End ?? Idle;
}

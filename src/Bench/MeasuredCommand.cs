namespace Sidecars.Bench;

/// <summary>A program that is measured, with the arguments its user gave.</summary>
/// <param name="Path">Where the program is.</param>
/// <param name="Arguments">Its own arguments; cluster and driver are added.</param>
internal sealed record MeasuredCommand(string Path, IReadOnlyList<string> Arguments)
{
    /// <summary>The name of the binary.</summary>
    public string Name => System.IO.Path.GetFileName(Path);

    /// <summary>Whether it speaks to a driver. The snapshot controller does not, and knows no flag for one.</summary>
    public bool HasDriver => Name != "snapshot-controller";
}

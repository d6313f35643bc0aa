namespace Sidecars.Playground;

/// <summary>How a line of the display is meant; a terminal with colours shows it so.</summary>
internal enum Tone
{
    /// <summary>As it is.</summary>
    Plain,

    /// <summary>What was waited for is there.</summary>
    Good,

    /// <summary>Something is on its way.</summary>
    Waiting,

    /// <summary>Something went wrong.</summary>
    Bad,

    /// <summary>It is over, or on the side.</summary>
    Faint,
}

namespace Sidecars.Hosting;

/// <summary>How reading a number went.</summary>
internal enum NumberOutcome
{
    Ok,
    Malformed,
    OutOfRange,
}

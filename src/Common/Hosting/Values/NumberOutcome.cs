namespace Sidecars.Hosting;

/// <summary>How reading a number went.</summary>
enum NumberOutcome
{
    Ok,
    Malformed,
    OutOfRange,
}

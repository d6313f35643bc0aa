namespace Sidecars.Csi;

/// <summary>Why there is no connection to a driver, and whether to try again soon is of use.</summary>
/// <param name="Kind">What the attempt met.</param>
/// <param name="Address">Who was to be reached.</param>
/// <param name="Reason">What the attempt met, in words, with the likely cause.</param>
public sealed record ConnectFailure(ConnectFailureKind Kind, CsiAddress Address, string Reason)
{
    /// <summary>The whole sentence, for logs and errors.</summary>
    public string Text => $"cannot connect to the CSI driver at {Address}: {Reason}";
}

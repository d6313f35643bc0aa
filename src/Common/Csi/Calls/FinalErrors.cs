using Grpc.Core;

namespace Sidecars.Csi;

/// <summary>
/// Tells whether an operation is certainly over at the driver after an error, or may still be running there and has to be asked for again.
/// A null code stands for a failure without a gRPC status, after which nothing is known. The controllers differ in one code, hence two sets.
/// </summary>
public static class FinalErrors
{
    /// <summary>The general set (wire contract 8.2), which counts an exhausted resource as still open.</summary>
    public static bool IsFinal(StatusCode? code) => code is not StatusCode.ResourceExhausted && IsFinalForProvisioning(code);

    /// <summary>The provisioner's set (provisioner contract 4.7): a driver that answers RESOURCE_EXHAUSTED has not begun a volume.</summary>
    public static bool IsFinalForProvisioning(StatusCode? code) => code is not (
        null or StatusCode.Cancelled or StatusCode.DeadlineExceeded or StatusCode.Unavailable or StatusCode.Aborted);
}

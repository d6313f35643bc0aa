using Grpc.Core;
using Sidecars.Csi;

namespace Sidecars.ExternalResizer.Expansion;

/// <summary>What a failed call leaves behind (resizer contract 10).</summary>
internal enum FailureKind
{
    /// <summary>The driver may still be at it: the same size is asked for again.</summary>
    Open,

    /// <summary>Over; it may go well another time.</summary>
    Final,

    /// <summary>Over, and this size cannot be had.</summary>
    Infeasible,

    /// <summary>Over, because the volume is in use.</summary>
    InUse,

    /// <summary>The driver answered what cannot be: over, and tried again slowly.</summary>
    Impossible,
}

/// <summary>Sorts the errors of ControllerExpandVolume, and finds fault with its answers.</summary>
internal static class ExpandErrors
{
    public static FailureKind KindOf(CsiError error) => error.Code switch
    {
        StatusCode.FailedPrecondition => FailureKind.InUse,
        StatusCode.InvalidArgument or StatusCode.OutOfRange or StatusCode.NotFound => FailureKind.Infeasible,
        _ => error.IsFinal ? FailureKind.Final : FailureKind.Open,
    };

    /// <summary>
    /// What is wrong with the size the driver says the volume has now, or null. A volume does not shrink, has some size, and grows when a driver says that
    /// it has expanded it: whatever else the driver means by such a number, it must not be written down.
    /// </summary>
    /// <param name="answered">What the driver says.</param>
    /// <param name="present">What the volume's objects say, as far as that was asked for.</param>
    /// <param name="has">What the claim has.</param>
    /// <param name="asked">What was asked for.</param>
    public static CsiError? Faulty(long answered, long present, long has, long asked)
    {
        if (answered <= 0 || answered < present) return Fault(answered, $", and its objects say {present}");
        return answered <= has && answered < asked ? Fault(answered, $", as before, and was asked for {asked}") : null;
    }

    private static CsiError Fault(long answered, string whatElse) => new(StatusCode.Internal,
        $"invalid capacity: the driver says that the volume has {answered} bytes after its expansion{whatElse}; this is a fault of the driver, and not written down");
}

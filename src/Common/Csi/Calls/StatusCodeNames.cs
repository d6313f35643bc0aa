using System.Globalization;
using Grpc.Core;

namespace Sidecars.Csi;

/// <summary>
/// The names of gRPC status codes as the Go programs print them, in metrics, events and error texts; stored series and users' searches rely
/// on the spelling (<c>Canceled</c> with one l). Unknown numbers print as <c>Code(n)</c>.
/// </summary>
public static class StatusCodeNames
{
    /// <summary>The name of a code (common contract 4.1).</summary>
    public static string GoName(this StatusCode code) => code switch
    {
        StatusCode.OK => "OK",
        StatusCode.Cancelled => "Canceled",
        StatusCode.Unknown => "Unknown",
        StatusCode.InvalidArgument => "InvalidArgument",
        StatusCode.DeadlineExceeded => "DeadlineExceeded",
        StatusCode.NotFound => "NotFound",
        StatusCode.AlreadyExists => "AlreadyExists",
        StatusCode.PermissionDenied => "PermissionDenied",
        StatusCode.ResourceExhausted => "ResourceExhausted",
        StatusCode.FailedPrecondition => "FailedPrecondition",
        StatusCode.Aborted => "Aborted",
        StatusCode.OutOfRange => "OutOfRange",
        StatusCode.Unimplemented => "Unimplemented",
        StatusCode.Internal => "Internal",
        StatusCode.Unavailable => "Unavailable",
        StatusCode.DataLoss => "DataLoss",
        StatusCode.Unauthenticated => "Unauthenticated",
        _ => string.Create(CultureInfo.InvariantCulture, $"Code({(int)code})"),
    };

    /// <summary>The code of a name as printed by <see cref="GoName"/>; null for a name that is none.</summary>
    public static StatusCode? FromGoName(string name)
    {
        for (var code = StatusCode.OK; code <= StatusCode.Unauthenticated; code++)
            if (code.GoName() == name) return code;
        return null;
    }
}

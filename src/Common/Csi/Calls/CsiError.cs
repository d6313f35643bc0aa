using Grpc.Core;

namespace Sidecars.Csi;

/// <summary>
/// Why a CSI call failed, as a value. <see cref="Code"/> is null where the failure has no gRPC status (an answer of no use, a local fault).
/// <see cref="Text"/> is what users and other programs read in events and status fields, in the wording of gRPC for Go.
/// </summary>
public sealed record CsiError(StatusCode? Code, string Message)
{
    /// <summary>The gRPC library's words; a test against it holds them.</summary>
    private const string TooLargeMessage = "Received message exceeds the maximum configured message size.";

    private const string DeadlineMessage = "context deadline exceeded";

    /// <summary><c>rpc error: code = NotFound desc = no such volume</c>, or the bare message where there is no code.</summary>
    public string Text => Code is { } code ? $"rpc error: code = {code.GoName()} desc = {Message}" : Message;

    /// <summary>Whether the operation is certainly over at the driver; the general set.</summary>
    public bool IsFinal => FinalErrors.IsFinal(Code);

    /// <summary>An error that was found on our side, without a gRPC status.</summary>
    public static CsiError Local(string message) => new(null, message);

    /// <summary>
    /// Puts a failed call into a value. A deadline that passed on our side counts as DEADLINE_EXCEEDED, a connection that could not be used
    /// as UNAVAILABLE with the innermost reason; only what is no gRPC failure at all has no code.
    /// </summary>
    public static CsiError From(Exception failure) => failure switch
    {
        RpcException e when e.StatusCode == StatusCode.DeadlineExceeded && e.Status.Detail.Length == 0 => DeadlineExceeded,
        RpcException { Status.DebugException: { } cause } e => new CsiError(e.StatusCode, Innermost(cause)),
        RpcException e => new CsiError(e.StatusCode, DriverWords.Cut(e.Status.Detail)),
        _ => Local(failure.Message),
    };

    /// <summary>The limit of a call passed on our side, whatever the driver was doing.</summary>
    public static CsiError DeadlineExceeded { get; } = new(StatusCode.DeadlineExceeded, DeadlineMessage);

    /// <summary>Whether it was the limit of the call that passed; a driver may answer DEADLINE_EXCEEDED, in the same words, for reasons of its own.</summary>
    public bool IsLimit => ReferenceEquals(this, DeadlineExceeded);

    /// <summary>Whether the answer was there, and larger than is accepted (common contract 3.2): asking for less of it may help.</summary>
    public bool IsAnswerTooLarge => Code is StatusCode.ResourceExhausted && Message.StartsWith(TooLargeMessage, StringComparison.Ordinal);

    /// <summary>The same as <see cref="Text"/>.</summary>
    public override string ToString() => Text;

    // The outer layers only say that a request could not be started; our own text about the address is further in, the system's innermost.
    private static string Innermost(Exception cause)
    {
        for (var e = cause; e is not null; e = e.InnerException)
            if (e is IOException and not HttpIOException && e.InnerException is not IOException) return e.Message;
        return cause.GetBaseException().Message;
    }
}

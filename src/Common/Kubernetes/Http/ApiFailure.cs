using Sidecars.Kubernetes.Objects;

namespace Sidecars.Kubernetes.Http;

/// <summary>
/// Why a request to the API server did not succeed: the server's refusal, or that no answer came. A value to look at, not an
/// exception to catch. <see cref="ToString"/> is fit for a log line or an event: it never holds a request or response body
/// other than the server's own message.
/// </summary>
public sealed record ApiFailure
{
    /// <summary>HTTP status; 0 when there was no answer, so that nobody knows whether the request took effect.</summary>
    public int Code { get; init; }

    /// <summary>The server's reason, such as <c>NotFound</c>; derived from the code where the body says none.</summary>
    public string Reason { get; init; } = "";

    /// <summary>The server's message, or what broke the connection.</summary>
    public string Message { get; init; } = "";

    /// <summary>What a server may ask for in earnest; beyond it, it is a mistake, and no timer could wait for some of them.</summary>
    internal static readonly TimeSpan LongestRetryAfter = TimeSpan.FromMinutes(10);

    /// <summary>How long the server asks to wait, ten minutes at most; null when it does not.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Types of the causes the server lists.</summary>
    public IReadOnlyList<string> Causes { get; init; } = [];

    /// <summary>No answer came: refused, cut, or too late.</summary>
    public bool IsWithoutAnswer => Code is 0;

    /// <summary>No connection came about: the request certainly took no effect.</summary>
    public bool IsRefused { get; init; }

    /// <summary>The connection broke under way, so that a read may as well be sent again.</summary>
    internal bool IsCut { get; init; }

    /// <summary>The object does not exist, or the path of a list is not served.</summary>
    public bool IsNotFound => Code is 404 && !IsUnserved;

    /// <summary>
    /// An object was asked for, and the answer is that there is no such path, be it from a server whose definition is not established yet, or from
    /// whoever stands before it: that says nothing of the object.
    /// </summary>
    public bool IsUnserved { get; private init; }

    /// <summary>Whether the answer says which object there is not.</summary>
    private bool NamesObject { get; init; } = true;

    /// <summary>An object of that name exists already.</summary>
    public bool IsAlreadyExists => Code is 409 && Reason is "AlreadyExists";

    /// <summary>Somebody else wrote first.</summary>
    public bool IsConflict => Code is 409 && Reason is not "AlreadyExists";

    /// <summary>
    /// The conflict is that another incarnation of the object is there than the one the request named. The server says it in two ways: before
    /// it looks closer, and where the object changes under its hands.
    /// </summary>
    public bool IsOtherUid => IsConflict
        && (Message.Contains("the UID in the precondition", StringComparison.Ordinal) || Message.Contains("UID in precondition", StringComparison.Ordinal));

    /// <summary>No object can have the name, so that nothing was sent.</summary>
    public bool IsUnaddressable { get; private init; }

    /// <summary>The account may not do this.</summary>
    public bool IsForbidden => Code is 403;

    /// <summary>The request as such will not be accepted, however often it is sent.</summary>
    public bool IsRejected => Code is 400 or 403 or 405 or 413 or 415 or 422;

    /// <summary>The asked-for version is no longer (or not yet) known: list again.</summary>
    public bool IsExpired => Code is 410 || Reason is "Expired" or "Gone";

    /// <summary>The server has not reached the version asked for (common contract 8.5).</summary>
    public bool IsVersionTooLarge => Causes.Contains("ResourceVersionTooLarge") || Message.Contains("Too large resource version", StringComparison.Ordinal);

    /// <summary>The server asks to come back later.</summary>
    public bool IsTooManyRequests => Code is 429;

    /// <summary>
    /// Of a read: for this account there is no such object, be it that there is none, that it is closed to us, or that none can have the name.
    /// Any other failure, an expired token among them, says nothing of the object.
    /// </summary>
    public bool SaysThereIsNone => IsNotFound || IsForbidden || IsUnaddressable;

    /// <summary>The namespace is going away, so nothing can be created in it.</summary>
    public bool IsNamespaceTerminating => Causes.Contains("NamespaceTerminating");

    /// <summary>What the other side said, with its code.</summary>
    public override string ToString() => Code is 0 ? Message : $"{Message} ({Code} {Reason})";

    /// <param name="code">HTTP status of the answer.</param>
    /// <param name="status">Its body, where that was a Status.</param>
    /// <param name="retryAfter">Its Retry-After.</param>
    /// <param name="text">Its body, where that was plain text, as proxies and load balancers send.</param>
    internal static ApiFailure FromStatus(int code, Status? status, TimeSpan? retryAfter, string text = "") => new()
    {
        Code = status?.Code is > 0 and var own ? own : code,
        Reason = status?.Reason is { Length: > 0 } reason ? reason : ReasonOf(code),
        Message = status?.Message is { Length: > 0 } message ? message
            : text.Length > 0 ? $"the server answered {code}: {text}"
            : $"the server answered {code} without saying why",
        RetryAfter = (retryAfter ?? (status?.Details?.RetryAfterSeconds is > 0 and var s ? TimeSpan.FromSeconds(s) : null)) is { } asked
            ? asked < LongestRetryAfter ? asked : LongestRetryAfter
            : null,
        Causes = status?.Details?.Causes is { } causes ? [.. causes.Select(c => c.Reason ?? "")] : [],
        NamesObject = status?.Details?.Name is { Length: > 0 },
    };

    /// <summary>The failure as that of a request about one object.</summary>
    internal ApiFailure AboutObject() => Code is 404 && !NamesObject ? this with { IsUnserved = true } : this;

    internal static ApiFailure Unaddressable(string name) =>
        new() { Code = 422, Reason = "Invalid", IsUnaddressable = true, Message = $"no object can have the name \"{name}\", so nothing was sent" };

    /// <summary>Another incarnation has taken the place of the object that is meant, which is therefore gone.</summary>
    public static ApiFailure Succeeded(string resource, ObjectKey key, string uid) =>
        new() { Code = 404, Reason = "NotFound", Message = $"{resource} {key} of uid {uid} is gone, and another of its name is in its place" };

    internal static ApiFailure WithoutAnswer(string what, bool refused = false, bool cut = false) =>
        new() { Message = what, Reason = "NoAnswer", IsRefused = refused, IsCut = cut };

    private static string ReasonOf(int code) => code switch
    {
        400 => "BadRequest",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "NotFound",
        405 => "MethodNotAllowed",
        409 => "Conflict",
        410 => "Gone",
        413 => "RequestEntityTooLarge",
        415 => "UnsupportedMediaType",
        422 => "Invalid",
        429 => "TooManyRequests",
        500 => "InternalError",
        503 => "ServiceUnavailable",
        504 => "Timeout",
        _ => "Unknown",
    };
}

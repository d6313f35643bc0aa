namespace Sidecars.Kubernetes.Objects;

/// <summary>The body of a refused request (common contract 8.5).</summary>
public sealed class Status
{
    /// <summary>Text for people.</summary>
    public string? Message { get; set; }

    /// <summary>Machine-readable reason, such as <c>Conflict</c>.</summary>
    public string? Reason { get; set; }

    /// <summary>HTTP status code.</summary>
    public int Code { get; set; }

    /// <summary>Causes and the time to wait.</summary>
    public StatusDetails? Details { get; set; }
}

/// <summary>Details of a refusal.</summary>
public sealed class StatusDetails
{
    /// <summary>Name of the object it is about; absent where it is about none.</summary>
    public string? Name { get; set; }

    /// <summary>Each single cause.</summary>
    public List<StatusCause>? Causes { get; set; }

    /// <summary>Seconds to wait before another try; 0 says nothing.</summary>
    public int RetryAfterSeconds { get; set; }
}

/// <summary>One cause of a refusal.</summary>
public sealed class StatusCause
{
    /// <summary>Type, such as <c>ResourceVersionTooLarge</c>.</summary>
    public string? Reason { get; set; }

    /// <summary>Text for people.</summary>
    public string? Message { get; set; }

    /// <summary>Field it is about.</summary>
    public string? Field { get; set; }
}

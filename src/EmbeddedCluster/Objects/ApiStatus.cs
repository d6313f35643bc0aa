using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster;

/// <summary>
/// A refusal of the API server: HTTP code, machine-readable reason and a message in the wording of the real server. It is a value; operations
/// return it instead of throwing.
/// </summary>
/// <param name="Code">The HTTP status code.</param>
/// <param name="Reason">The reason such as <c>NotFound</c>, <c>AlreadyExists</c>, <c>Conflict</c>, <c>Invalid</c> or <c>Expired</c>.</param>
/// <param name="Message">The text for people.</param>
public sealed partial record ApiStatus(int Code, string Reason, string Message)
{
    /// <summary>The object the refusal is about and why, where the server says so.</summary>
    public StatusDetails? Details { get; init; }

    /// <summary>True when the object does not exist.</summary>
    public bool IsNotFound => Code == 404;

    /// <summary>True when somebody else changed the object first, or a precondition was not met.</summary>
    public bool IsConflict => Reason == "Conflict";

    /// <summary>True when an object of that name exists already.</summary>
    public bool IsAlreadyExists => Reason == "AlreadyExists";

    /// <summary>The <c>v1 Status</c> object that goes over the wire.</summary>
    public JsonObject ToJson()
    {
        var status = new JsonObject
        {
            ["kind"] = "Status",
            ["apiVersion"] = "v1",
            ["metadata"] = new JsonObject(),
            ["status"] = "Failure",
            ["message"] = Message,
        };
        if (Reason.Length > 0) status["reason"] = Reason;
        if (Details is not null) status["details"] = Details.ToJson();
        status["code"] = Code;
        return status;
    }

    /// <summary>Code, reason and message, for logs and failed assertions.</summary>
    public override string ToString() => $"{Code} {Reason}: {Message}";
}

using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster;

/// <summary>One cause of a refusal.</summary>
/// <param name="Reason">Such as <c>FieldValueRequired</c> or <c>ResourceVersionTooLarge</c>.</param>
/// <param name="Message">The text for people.</param>
/// <param name="Field">The path of the field, where there is one.</param>
public sealed record StatusCause(string Reason, string Message, string Field = "")
{
    internal JsonObject ToJson()
    {
        var cause = new JsonObject { ["reason"] = Reason, ["message"] = Message };
        if (Field.Length > 0) cause["field"] = Field;
        return cause;
    }
}

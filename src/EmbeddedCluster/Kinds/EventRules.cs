using System.Text;
using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster;

/// <summary>
/// Events of the core API. The server checks little: the namespace must be that of the object, and only events that carry an eventTime get the
/// limits of the newer events API.
/// </summary>
internal sealed class EventRules : KindRules
{
    private const int LongestName = 128;
    private const int LongestNote = 1024;

    public override bool AllowsCreateOnUpdate => true;

    public override bool QualifiesFinalizers => false;

    public override string? CheckName(string name, bool isPrefix) => Names.CheckPathSegment(name);

    public override void Validate(JsonObject content, FieldErrors errors)
    {
        var ns = content["metadata"].Text("namespace") ?? "";
        var about = content["involvedObject"].Text("namespace") ?? "";
        if (about.Length == 0 ? ns != "default" : ns != about) errors.Invalid("involvedObject.namespace", about, "does not match event.namespace");
        if (content["eventTime"] is null) return;
        CheckName(content, "reportingComponent", errors);
        if (content.Text("reportingComponent") is { Length: > 0 } reporter && Names.CheckQualified(reporter) is { } wrong) errors.Invalid("reportingComponent", reporter, wrong);
        CheckName(content, "reportingInstance", errors);
        CheckName(content, "action", errors);
        CheckName(content, "reason", errors);
        if (Encoding.UTF8.GetByteCount(content.Text("message") ?? "") > LongestNote)
            errors.Invalid("message", "", $"can have at most {LongestNote} characters");
    }

    private static void CheckName(JsonObject content, string field, FieldErrors errors)
    {
        var value = content.Text(field) ?? "";
        if (value.Length == 0) errors.Required(field);
        else if (value.Length > LongestName) errors.Invalid(field, "", $"can have at most {LongestName} characters");
    }
}

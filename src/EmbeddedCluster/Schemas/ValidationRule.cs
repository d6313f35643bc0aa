using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster;

/// <summary>One entry of <c>x-kubernetes-validations</c>: an expression that must hold, and what is said where it does not.</summary>
internal sealed class ValidationRule
{
    private static readonly string[] s_reasons = ["FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired"];

    private readonly CelProgram? _program;
    private readonly CelProgram? _messageProgram;
    private readonly string _error = "";
    private readonly string _messageError = "";

    public ValidationRule(JsonObject rule, CelType self)
    {
        Content = rule;
        (Rule, Message, MessageExpression) = (rule.Text("rule") ?? "", rule.Text("message") ?? "", rule.Text("messageExpression") ?? "");
        (FieldPath, Reason) = (rule.Text("fieldPath") ?? "", rule.Text("reason") ?? "FieldValueInvalid");
        if (Rule.Trim().Length > 0) (_program, _error) = CelProgram.Compile(Rule, self);
        if (MessageExpression.Length > 0) (_messageProgram, _messageError) = CelProgram.Compile(MessageExpression, self);
    }

    public JsonObject Content { get; }

    public string Rule { get; }

    public string Message { get; }

    public string MessageExpression { get; }

    /// <summary>Where below the object the problem is; empty for the object itself.</summary>
    public string FieldPath { get; }

    public string Reason { get; }

    /// <summary>True for a rule about the change of an object, not about the object.</summary>
    public bool IsTransition => _program?.UsesOldSelf == true;

    /// <summary>How the object is shown in what is wrong with the rule.</summary>
    private string Shown => new JsonObject
    {
        [nameof(Rule)] = Rule,
        [nameof(Message)] = Message,
        [nameof(MessageExpression)] = MessageExpression,
        [nameof(Reason)] = Content.Text("reason"),
        [nameof(FieldPath)] = FieldPath,
        ["OptionalOldSelf"] = Content.Flag("optionalOldSelf"),
    }.ToJsonString(FieldErrors.Plain);

    /// <summary>Null when the rule holds, else what is said: the message, or what went wrong in its evaluation.</summary>
    public (string Message, bool IsFailure)? Judge(object self, object? oldSelf) => _program?.Run(self, IsTransition ? oldSelf : null) switch
    {
        null or true => null,
        CelError error => ($"{error.Message} evaluating rule: {(Message.Length > 0 ? Message : Rule)}", true),
        _ => (Say(self, oldSelf), false),
    };

    /// <summary>Reports what the real server would refuse in a definition that has this rule.</summary>
    public void Check(string path, string? uncorrelatableAt, FieldErrors errors)
    {
        if (Rule.Trim().Length == 0) errors.Required(path + ".rule", "rule is not specified");
        else if (_program is null) errors.InvalidAsShown(path + ".rule", Shown, "compilation failed: " + _error);
        else if (_program.Type.Kind is not (CelKind.Bool or CelKind.Dyn)) errors.InvalidAsShown(path + ".rule", Shown, "cel expression must evaluate to a bool");
        if (Message.Length > 0 && Message.Trim().Length == 0) errors.Invalid(path + ".message", Message, "must be non-empty if specified");
        else if (Message.AsSpan().IndexOfAny('\n', '\r') >= 0) errors.Invalid(path + ".message", Message, "must not contain line breaks");
        if (MessageExpression.Length > 0 && _messageProgram is null)
            errors.InvalidAsShown(path + ".messageExpression", Shown, "messageExpression compilation failed: " + _messageError);
        else if (_messageProgram is { Type.Kind: not CelKind.String }) errors.InvalidAsShown(path + ".messageExpression", Shown, "messageExpression must evaluate to a string");
        if (Array.IndexOf(s_reasons, Reason) < 0) errors.NotSupported(path + ".reason", Reason, s_reasons);
        if (IsTransition && uncorrelatableAt is not null)
            errors.Invalid(path + ".rule", Rule, $"oldSelf cannot be used on the uncorrelatable portion of the schema within {uncorrelatableAt}");
        if (Content.Flag("optionalOldSelf") == true) errors.Forbidden(path + ".optionalOldSelf", "this server has no optional values");
    }

    private string Say(object self, object? oldSelf)
    {
        if (_messageProgram?.Run(self, oldSelf) is string said && said.Trim().Length > 0 && !said.Contains('\n')) return said.Trim();
        return Message.Length > 0 ? Message : $"failed rule: {Rule}";
    }
}

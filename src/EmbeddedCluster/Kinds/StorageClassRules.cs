using System.Text;
using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster;

/// <summary>Storage classes: provisioner, parameters and policies are fixed at creation.</summary>
internal sealed class StorageClassRules : KindRules
{
    private const int MostParameters = 512;
    private const int LongestParameters = 256 * 1024; // bytes of all keys and values

    public override bool ReturnsDeletedObject => true;

    public override void SetDefaults(JsonObject content)
    {
        if (string.IsNullOrEmpty(content.Text("reclaimPolicy"))) content["reclaimPolicy"] = "Delete";
        content.Default("volumeBindingMode", "Immediate");
    }

    public override void Validate(JsonObject content, FieldErrors errors)
    {
        var provisioner = content.Text("provisioner") ?? "";
        if (provisioner.Length == 0) errors.Required("provisioner");
        else if (Names.CheckQualified(provisioner.ToLowerInvariant()) is { } wrong) errors.Invalid("provisioner", provisioner, wrong);
        CheckParameters(content.Object("parameters"), mayBeEmpty: true, errors);
        if (content.Text("reclaimPolicy") is not ("Delete" or "Retain"))
            errors.NotSupported("reclaimPolicy", content.Text("reclaimPolicy") ?? "", "Delete", "Retain");
        if (content.Text("volumeBindingMode") is not ("Immediate" or "WaitForFirstConsumer"))
            errors.NotSupported("volumeBindingMode", content.Text("volumeBindingMode") ?? "", "Immediate", "WaitForFirstConsumer");
        CheckTopologies(content, errors);
    }

    public override void ValidateUpdate(JsonObject content, JsonObject old, FieldErrors errors)
    {
        foreach (var field in (ReadOnlySpan<string>)["parameters", "provisioner", "reclaimPolicy"])
            if (!JsonNode.DeepEquals(content[field], old[field])) errors.Forbidden(field, $"updates to {field} are forbidden.");
        CheckImmutable(content["volumeBindingMode"], old["volumeBindingMode"], "volumeBindingMode", errors);
    }

    public static void CheckParameters(JsonObject? parameters, bool mayBeEmpty, FieldErrors errors)
    {
        if (!mayBeEmpty && parameters is not { Count: > 0 }) errors.Required("parameters", "must contain at least one key/value pair");
        if (parameters?.Count > MostParameters) errors.TooMany("parameters", parameters.Count, MostParameters);
        var size = (parameters ?? []).Sum(p => Encoding.UTF8.GetByteCount(p.Key) + Encoding.UTF8.GetByteCount(JsonReading.AsText(p.Value) ?? ""));
        if (size > LongestParameters) errors.TooLong("parameters", LongestParameters);
        if (parameters?.ContainsKey("") == true) errors.Invalid("parameters", "", "field must not be empty");
    }

    private static void CheckTopologies(JsonObject content, FieldErrors errors)
    {
        var term = 0;
        var terms = new HashSet<string>(StringComparer.Ordinal);
        foreach (var topology in content.Array("allowedTopologies").Objects())
        {
            var index = 0;
            var keys = new HashSet<string>(StringComparer.Ordinal);
            var shown = new List<string>();
            foreach (var expression in topology.Array("matchLabelExpressions").Objects())
            {
                var path = $"allowedTopologies[{term}].matchLabelExpressions[{index++}]";
                if (expression.Array("values") is not { Count: > 0 }) errors.Required(path + ".values");
                var values = new SortedSet<string>(StringComparer.Ordinal);
                var value = 0;
                foreach (var text in expression.Array("values").Texts())
                {
                    var at = $"{path}.values[{value++}]";
                    if (!values.Add(text)) errors.Duplicate(at, text);
                }
                var key = expression.Text("key") ?? "";
                if (Names.CheckQualified(key) is { } wrongKey) errors.Invalid(path + ".key", key, wrongKey);
                if (!keys.Add(key)) errors.Duplicate(path + ".key", key);
                shown.Add($"{key}:{string.Join(',', values)}");
            }
            // The same term twice is refused, and so is an empty one, which the server takes for the duplicate of nothing.
            if (!terms.Add(string.Join(';', shown.Order(StringComparer.Ordinal))) || shown.Count == 0)
                errors.Duplicate($"allowedTopologies[{term}].matchLabelExpressions", "");
            term++;
        }
    }
}

using System.Text;
using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster;

/// <summary>Secrets and config maps: keys that can be file names, a size limit, and contents that can be frozen.</summary>
internal sealed class DataRules(bool isSecret) : KindRules
{
    private const int LargestData = 1024 * 1024;
    private const string Frozen = "field is immutable when `immutable` is set";

    public override void SetDefaults(JsonObject content)
    {
        if (!isSecret) return;
        content.Default("type", "Opaque");
        if (content.Object("stringData") is not { } texts) return;
        var data = content.Child("data");
        foreach (var (key, value) in texts) data[key] = Convert.ToBase64String(Encoding.UTF8.GetBytes(JsonReading.AsText(value) ?? ""));
        content.Remove("stringData");
    }

    public override void Validate(JsonObject content, FieldErrors errors)
    {
        var size = 0;
        foreach (var group in (ReadOnlySpan<string>)["data", "binaryData"])
            foreach (var (key, value) in content.Object(group) ?? [])
            {
                if (Names.CheckDataKey(key) is { } wrong) errors.Invalid($"{group}[{key}]", key, wrong);
                var text = JsonReading.AsText(value) ?? "";
                size += isSecret || group == "binaryData" ? System.Buffers.Text.Base64.GetMaxDecodedFromUtf8Length(text.Length) : Encoding.UTF8.GetByteCount(text);
                if (group == "binaryData" && content.Object("data")?.ContainsKey(key) == true)
                    errors.Invalid($"binaryData[{key}]", key, $"duplicate of key present in data");
            }
        if (size > LargestData) errors.TooLong(isSecret ? "data" : "", LargestData);
    }

    public override void ValidateUpdate(JsonObject content, JsonObject old, FieldErrors errors)
    {
        if (isSecret) CheckImmutable(content["type"], old["type"], "type", errors);
        if (old.Flag("immutable") != true) return;
        if (content.Flag("immutable") != true) errors.Forbidden("immutable", Frozen);
        foreach (var group in (ReadOnlySpan<string>)["data", "binaryData"])
            if (!JsonNode.DeepEquals(content[group], old[group])) errors.Forbidden(group, Frozen);
    }
}

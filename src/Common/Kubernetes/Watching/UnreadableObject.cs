using System.Text.Json;
using Sidecars.Kubernetes.Json;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.Kubernetes.Watching;

/// <summary>An object whose fields are not what its model expects, as far as it can be told which one it is.</summary>
/// <param name="Key">Its name; empty where that cannot be read either.</param>
/// <param name="Uid">Its identity, or the empty text.</param>
/// <param name="Version">Its version, or 0.</param>
/// <param name="What">What cannot be read: where it stands and what was expected, never a value.</param>
public sealed record UnreadableObject(ObjectKey Key, string Uid, ulong Version, string What)
{
    /// <summary>No object of the API is nested as deep as that; the reader's own limit is lower than the server's.</summary>
    internal static readonly JsonReaderOptions Reading = new() { MaxDepth = 1000 };

    /// <summary>The exceptions by which the reader of an object says that it cannot read it.</summary>
    internal static bool IsSaidBy(Exception e) => e is JsonException or InvalidOperationException or FormatException or OverflowException;

    internal static UnreadableObject Of(ReadOnlySpan<byte> item, Exception why)
    {
        string? ns = null, name = null, uid = null, version = null;
        try
        {
            var reader = new Utf8JsonReader(item, Reading);
            reader.Read();
            while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
            {
                var isMetadata = reader.ValueTextEquals("metadata"u8);
                reader.Read();
                if (!isMetadata || reader.TokenType is not JsonTokenType.StartObject)
                {
                    reader.Skip();
                    continue;
                }
                while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
                {
                    if (reader.ValueTextEquals("name"u8)) name = Text(ref reader);
                    else if (reader.ValueTextEquals("namespace"u8)) ns = Text(ref reader);
                    else if (reader.ValueTextEquals("uid"u8)) uid = Text(ref reader);
                    else if (reader.ValueTextEquals("resourceVersion"u8)) version = Text(ref reader);
                    else reader.Skip();
                }
            }
        }
        catch (Exception e) when (IsSaidBy(e))
        {
            // What was found until there has to do.
        }
        return new UnreadableObject(new ObjectKey(ns, name ?? ""), uid ?? "", ResourceVersionConverter.Of(version), Reason(why));
    }

    private static string? Text(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType is JsonTokenType.String) return reader.GetString();
        reader.Skip();
        return null;
    }

    private static string Reason(Exception e)
    {
        const string appended = " Path: "; // with line and column, which say nothing about an object
        var end = e.Message.IndexOf(appended, StringComparison.Ordinal);
        var text = end < 0 ? e.Message : e.Message[..end];
        return e is JsonException { Path: { } path } ? $"{path}: {text}" : text;
    }
}

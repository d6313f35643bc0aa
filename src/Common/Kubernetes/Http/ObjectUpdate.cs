using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sidecars.Kubernetes.Json;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.Kubernetes.Http;

/// <summary>
/// Changes an object by reading it, changing its JSON, and replacing it as a whole: for kinds on which the account may <c>update</c> and
/// not <c>patch</c>. Fields that no model here knows stay as they are. The version that was read goes back with the object, so that
/// nobody's write is undone: where somebody was faster, it is read again, a few times. Where another incarnation has taken the object's
/// place, the object is gone. A change that changes nothing sends nothing. The answer is the object as the server has it now, to be
/// folded in; one that is being deleted and has no finalizer left was its last state.
/// </summary>
public static class ObjectUpdate
{
    /// <summary>How often it is read and written at most; beyond that it is the caller's to come back later.</summary>
    internal const int MostTries = 5;

    // What comes out of the server goes back in as it writes it: Go leaves letters of all languages as they are.
    private static readonly JsonWriterOptions s_plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Makes a change on the object of that uid.</summary>
    /// <param name="api">Client.</param>
    /// <param name="resource">Kind of the object.</param>
    /// <param name="key">Where it is.</param>
    /// <param name="uid">Which incarnation is meant.</param>
    /// <param name="change">What to change.</param>
    /// <param name="subresource">The part to write, such as <c>status</c>, or null for the object itself; the object is read as a whole either way.</param>
    /// <param name="stop">Ends the waiting and the read, and leaves the write some seconds; see <see cref="ApiClient"/>.</param>
    /// <param name="memory">Where the object's last state may be remembered, so that it need not be read, and where its new one is noted; null remembers nothing.</param>
    public static async Task<ApiResult<T>> UpdateAsync<T>(
        this ApiClient api, Resource<T> resource, ObjectKey key, string uid, ObjectChange change, string? subresource, CancellationToken stop, ObjectMemory? memory = null)
        where T : KubeObject
    {
        for (var tries = 1; ; tries++)
        {
            if (memory?.Take(key, uid) is not { } item)
            {
                var read = await api.GetAsync(resource, key, KubeJson.Default.JsonObject, stop);
                if (!read.IsSuccess) return read.Failure;
                item = read.Value;
            }
            if (Metadata(item, "uid") != uid) return ApiFailure.Succeeded(resource.Plural, key, uid);
            // Without it the write would be no matter whose, and undo what others wrote meanwhile.
            if (Metadata(item, "resourceVersion") is not { Length: > 0 })
                return ApiFailure.WithoutAnswer($"{change.Name} on {resource.Plural} {key}: the server named no version of the object, so nothing was sent");
            if (!change.Apply(item)) return item.Deserialize(resource.Item)!;

            var written = memory is null ? await api.ReplaceAsync(resource, key, subresource, Bytes(item), stop) : await Replace(api, resource, key, subresource, item, memory, stop);
            if (written.IsSuccess || !written.Failure.IsConflict || tries == MostTries) return written;
        }
    }

    private static async Task<ApiResult<T>> Replace<T>(
        ApiClient api, Resource<T> resource, ObjectKey key, string? subresource, JsonObject item, ObjectMemory memory, CancellationToken stop) where T : KubeObject
    {
        var written = await api.ReplaceAsync(resource, key, subresource, KubeJson.Default.JsonObject, Bytes(item), stop);
        if (!written.IsSuccess) return written.Failure;
        var now = written.Value.Deserialize(resource.Item)!;
        memory.Keep(key, now.Uid, now.Metadata.ResourceVersion, Bytes(written.Value));
        return now;
    }

    private static string? Metadata(JsonObject item, string field) =>
        item["metadata"] is JsonObject metadata && metadata[field] is JsonValue value && value.TryGetValue(out string? text) ? text : null;

    private static byte[] Bytes(JsonObject item)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, s_plain)) item.WriteTo(writer);
        return buffer.ToArray();
    }
}

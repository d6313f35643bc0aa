using Sidecars.Kubernetes.Objects;

namespace Sidecars.Kubernetes.Http;

/// <summary>
/// Makes sure that an object is gone. Who is told so stops working on it, and nobody would ever begin again: the answer to a write that says so is
/// therefore believed only when the object is looked for and not found either, because who says so may not be the server.
/// </summary>
public static class Disappearance
{
    /// <summary>
    /// The failure of a write as it is after a second look: where the object is there all the same, a conflict, after which the write is made anew;
    /// where it cannot be looked for, why not. What says nothing of the object's being gone stays as it is, without a look.
    /// </summary>
    /// <param name="api">Client.</param>
    /// <param name="resource">Kind of the object.</param>
    /// <param name="key">Where it is.</param>
    /// <param name="uid">Which incarnation was to be written.</param>
    /// <param name="refused">How the write failed.</param>
    /// <param name="stop">Ends the look.</param>
    public static async Task<ApiFailure> SurelyAsync<T>(
        this ApiClient api, Resource<T> resource, ObjectKey key, string uid, ApiFailure refused, CancellationToken stop) where T : KubeObject
    {
        if (!refused.IsNotFound) return refused;
        var read = await api.GetAsync(resource, key, stop);
        if (!read.IsSuccess) return read.Failure;
        if (read.Value.Uid != uid) return ApiFailure.Succeeded(resource.Plural, key, uid);
        return new ApiFailure
        {
            Code = 409, Reason = "Conflict",
            Message = $"a write of {resource.Plural} {key} was answered with \"{refused}\", and it is there when it is looked for",
        };
    }
}

using Sidecars.Kubernetes.Json;

namespace Sidecars.Kubernetes.Http;

/// <summary>
/// Whether the API server serves a kind of a group and version, asked when somebody wants to know it and not before. An answer is kept as long as
/// this lives, and asked for once by those who ask at the same time; a failure is not kept.
/// </summary>
/// <param name="api">The server.</param>
/// <param name="groupVersion">Such as <c>storage.k8s.io/v1</c>.</param>
/// <param name="kind">Such as <c>VolumeAttributesClass</c>.</param>
public sealed class ServedKind(ApiClient api, string groupVersion, string kind)
{
    private readonly Lock _gate = new();
    private Task<(bool? IsServed, ApiFailure? Failure)>? _asked;

    /// <summary>Whether it is served; null with the failure where the server did not say. A group that is not there serves nothing.</summary>
    public async ValueTask<(bool? IsServed, ApiFailure? Failure)> Ask(CancellationToken stop)
    {
        Task<(bool? IsServed, ApiFailure? Failure)> asked;
        lock (_gate) asked = _asked ??= Discover(stop);
        var answer = await asked.WaitAsync(stop);
        if (answer.Failure is not null)
        {
            lock (_gate)
            {
                if (_asked == asked) _asked = null;
            }
        }
        return answer;
    }

    private async Task<(bool?, ApiFailure?)> Discover(CancellationToken stop)
    {
        var answer = await api.SendAsync(HttpMethod.Get, $"/apis/{groupVersion}", KubeJson.Default.ApiResourceList, default, null, stop);
        if (answer.IsSuccess) return (answer.Value.Resources.Exists(resource => resource.Kind == kind), null);
        return answer.Failure.IsNotFound ? (false, null) : (null, answer.Failure);
    }
}

using Sidecars.Kubernetes.Json;

namespace Sidecars.Kubernetes.Http;

/// <summary>
/// In which version the API server serves a kind of a group, asked when somebody wants to know it and not before. An answer is kept until somebody
/// finds it wrong (<see cref="Forget"/>), and asked for once by those who ask at the same time. That no version is served is kept for a minute: a
/// server that is upgraded meanwhile serves it from then on, and tells nobody. A failure is not kept.
/// </summary>
/// <param name="api">The server.</param>
/// <param name="group">Such as <c>storage.k8s.io</c>.</param>
/// <param name="versions">Those that will do, the best first.</param>
/// <param name="kind">Such as <c>VolumeAttributesClass</c>.</param>
/// <param name="time">Clock.</param>
public sealed class ServedKind(ApiClient api, string group, IReadOnlyList<string> versions, string kind, TimeProvider time)
{
    private static readonly TimeSpan s_noneIsKept = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private Question? _asked;

    private sealed class Question(Task<(string? Version, ApiFailure? Failure)> answer, long asked)
    {
        public Task<(string? Version, ApiFailure? Failure)> Answer => answer;

        public long Asked => asked;

        /// <summary>The version of the answer, once somebody has read it.</summary>
        public string? Version { get; set; }
    }

    /// <summary>The best version that is served; null where there is none, and null with the failure where the server did not say.</summary>
    public async ValueTask<(string? Version, ApiFailure? Failure)> Ask(CancellationToken stop)
    {
        while (true)
        {
            Question asked;
            lock (_gate) asked = _asked ??= new Question(Discover(stop), time.GetTimestamp());
            var isKept = asked.Answer.IsCompleted;
            var answer = await asked.Answer.WaitAsync(stop);
            asked.Version = answer.Version;
            if (answer.Failure is not null) Drop(asked);
            if (answer is not (null, null) || !isKept || time.GetElapsedTime(asked.Asked) < s_noneIsKept) return answer;
            Drop(asked);
        }
    }

    /// <summary>The server turned out not to serve the version it said: it is asked anew the next time.</summary>
    public void Forget(string version)
    {
        lock (_gate)
        {
            if (_asked?.Version == version) _asked = null;
        }
    }

    private void Drop(Question asked)
    {
        lock (_gate)
        {
            if (_asked == asked) _asked = null;
        }
    }

    private async Task<(string?, ApiFailure?)> Discover(CancellationToken stop)
    {
        foreach (var version in versions)
        {
            var answer = await api.SendAsync(HttpMethod.Get, $"/apis/{group}/{version}", KubeJson.Default.ApiResourceList, default, null, stop);
            if (answer.IsSuccess && answer.Value.Resources.Exists(resource => resource.Kind == kind)) return (version, null);
            if (!answer.IsSuccess && !answer.Failure.IsNotFound) return (null, answer.Failure); // a group that is not there serves nothing
        }
        return (null, null);
    }
}

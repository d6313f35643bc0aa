using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalSnapshotter.Contents;

/// <summary>
/// Tells what came in with a write of ours from what somebody else wrote. A server may change an object while it takes in our write of it, as where a
/// webhook stamps each update; the watch may tell of that before we have the answer. To look again because of it would take every pause away. A write
/// lands on one version only, so a change of that version is the server's, and any other somebody's wish.
/// </summary>
/// <param name="lookAgain">Puts a content in line.</param>
internal sealed class OwnWrites(Action<string> lookAgain)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, List<ulong>> _underWay = new(StringComparer.Ordinal); // versions that the watch told of meanwhile
    private readonly Dictionary<string, ulong> _toCome = new(StringComparer.Ordinal); // our last versions, which the watch has still to tell of

    /// <summary>Makes a write of a content, of which there is one at a time.</summary>
    public async Task<ApiResult<T>> Watched<T>(string name, Func<Task<ApiResult<T>>> send) where T : KubeObject
    {
        lock (_lock) _underWay[name] = [];
        ulong? own = null;
        try
        {
            var answer = await send();
            if (answer.IsSuccess) own = answer.Value.Metadata.ResourceVersion;
            return answer;
        }
        finally
        {
            if (Ended(name, own).Exists(told => told != own)) lookAgain(name);
        }
    }

    /// <summary>Whether a change that the watch tells of may have come with a write under way; if it did not, the content is put in line after it.</summary>
    public bool MayHaveBrought(string name, ulong version)
    {
        lock (_lock)
        {
            if (_toCome.TryGetValue(name, out var own) && version >= own)
            {
                _toCome.Remove(name);
                if (version == own) return true;
            }
            if (!_underWay.TryGetValue(name, out var told)) return false;
            told.Add(version);
            return true;
        }
    }

    /// <summary>Somebody asks for something else by now.</summary>
    public void LookAgain(string name) => lookAgain(name);

    /// <summary>The content is gone: nothing of it will come.</summary>
    public void Forget(string name)
    {
        lock (_lock) _toCome.Remove(name);
    }

    private List<ulong> Ended(string name, ulong? own)
    {
        lock (_lock)
        {
            if (!_underWay.Remove(name, out var told)) return [];
            // The watch may have taken it in, and not told of it yet.
            if (own is { } version && !told.Contains(version)) _toCome[name] = version;
            return told;
        }
    }
}

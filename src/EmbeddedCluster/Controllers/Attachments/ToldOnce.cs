using System.Collections.Concurrent;

namespace Sidecars.EmbeddedCluster.Controllers;

/// <summary>What was told last of each thing, so that coming by again is no reason to tell it again.</summary>
internal sealed class ToldOnce
{
    private readonly ConcurrentDictionary<string, string> _last = new(StringComparer.Ordinal);

    /// <summary>True where something else was told of it before, or nothing.</summary>
    public bool IsNews(string about, string what)
    {
        if (_last.TryGetValue(about, out var before) && before == what) return false;
        _last[about] = what;
        return true;
    }

    public void Forget(string about) => _last.TryRemove(about, out _);
}

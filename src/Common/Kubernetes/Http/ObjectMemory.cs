using System.Text.Json;
using System.Text.Json.Nodes;
using Sidecars.Kubernetes.Json;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.Kubernetes.Http;

/// <summary>
/// The last states of objects as whole documents, as the server answered our writes: what was changed a moment ago, and is to be changed back
/// soon, need not be read for that (see <see cref="ObjectUpdate"/>). Whoever remembers an object forgets it too. A state that is not the last
/// one does no harm: the server refuses what is made from it.
/// </summary>
/// <param name="limit">How many objects are remembered; beyond that one of them is forgotten for each new one.</param>
public sealed class ObjectMemory(int limit = int.MaxValue)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<ObjectKey, (string Uid, ulong Version, byte[] Document)> _states = [];

    /// <summary>Whether that very state is remembered.</summary>
    public bool Holds(ObjectKey key, string uid, ulong version)
    {
        lock (_lock) return _states.TryGetValue(key, out var known) && known.Uid == uid && known.Version == version;
    }

    /// <summary>Remembers nothing of the object any more.</summary>
    public void Forget(ObjectKey key)
    {
        lock (_lock) _states.Remove(key);
    }

    internal void Keep(ObjectKey key, string uid, ulong version, byte[] document)
    {
        lock (_lock)
        {
            if (_states.Count >= limit && !_states.ContainsKey(key)) _states.Remove(_states.Keys.First());
            _states[key] = (uid, version, document);
        }
    }

    /// <summary>The state of that incarnation, for one use.</summary>
    internal JsonObject? Take(ObjectKey key, string uid)
    {
        lock (_lock)
            return _states.Remove(key, out var known) && known.Uid == uid ? JsonSerializer.Deserialize(known.Document, KubeJson.Default.JsonObject) : null;
    }
}

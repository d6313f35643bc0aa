using System.Collections.Concurrent;

namespace Sidecars.EmbeddedCluster.Controllers;

/// <summary>The drivers registered with the node, by name.</summary>
internal sealed class DriverClients : IDisposable
{
    private readonly ConcurrentDictionary<string, DriverClient> _clients = new(StringComparer.Ordinal);

    /// <summary>Raised after a driver came or went.</summary>
    public event Action? Changed;

    public DriverClient? Find(string name) => _clients.GetValueOrDefault(name);

    /// <summary>Adds a driver; one of the same name is replaced.</summary>
    public void Add(DriverClient client)
    {
        if (_clients.TryRemove(client.Name, out var former)) former.Dispose();
        _clients[client.Name] = client;
        Changed?.Invoke();
    }

    /// <summary>Takes a driver away; false when there is none of that name.</summary>
    public bool Remove(string name)
    {
        if (!_clients.TryRemove(name, out var client)) return false;
        client.Dispose();
        Changed?.Invoke();
        return true;
    }

    public void Dispose()
    {
        foreach (var client in _clients.Values) client.Dispose();
        _clients.Clear();
    }
}

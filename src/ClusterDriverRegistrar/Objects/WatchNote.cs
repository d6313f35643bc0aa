using Sidecars.Kubernetes.Objects;

namespace Sidecars.ClusterDriverRegistrar.Objects;

/// <summary>One line of a watch, as far as it is read: that something happened, up to which version, or why the watch ends.</summary>
internal sealed record WatchNote(string? Type, NotedObject? Object);

/// <summary>The object of a line: ours, or the status that ends the watch.</summary>
internal sealed record NotedObject(ObjectMeta? Metadata, string? Message);

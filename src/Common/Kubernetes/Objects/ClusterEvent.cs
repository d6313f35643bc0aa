using System.Text.Json.Serialization;
using Sidecars.Kubernetes.Json;

namespace Sidecars.Kubernetes.Objects;

/// <summary>A core/v1 event: what `kubectl describe` shows below an object (common contract 12.1).</summary>
public sealed class ClusterEvent : KubeObject
{
    /// <summary>The object the event is about.</summary>
    public ObjectReference InvolvedObject { get; set; } = new();

    /// <summary>Machine-readable reason, in CamelCase.</summary>
    public string? Reason { get; set; }

    /// <summary>What happened, for people.</summary>
    public string? Message { get; set; }

    /// <summary>Who says so.</summary>
    public EventSource Source { get; set; } = new();

    /// <summary>When it was first seen.</summary>
    [JsonConverter(typeof(SecondTimeConverter))]
    public DateTimeOffset FirstTimestamp { get; set; }

    /// <summary>When it was last seen.</summary>
    [JsonConverter(typeof(SecondTimeConverter))]
    public DateTimeOffset LastTimestamp { get; set; }

    /// <summary>How often it was seen.</summary>
    public int Count { get; set; }

    /// <summary><c>Normal</c> or <c>Warning</c>.</summary>
    public string? Type { get; set; }

    /// <summary>The same as the source's component.</summary>
    public string ReportingComponent { get; set; } = "";

    /// <summary>Always empty; the field itself is required.</summary>
    public string ReportingInstance { get; set; } = "";
}

/// <summary>Who reports an event.</summary>
public sealed class EventSource
{
    /// <summary>Name of the reporting component.</summary>
    public string? Component { get; set; }
}

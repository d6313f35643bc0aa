using Sidecars.Kubernetes.Events;
using Sidecars.SnapshotController.Metrics;
using Sidecars.SnapshotController.Waiting;

namespace Sidecars.SnapshotController.Telling;

/// <summary>By what users and operators learn of snapshots and groups: events, what is awaited for long, and how long everything took.</summary>
internal sealed record Channels(EventRecorder Events, TimeProvider Time, Operations Operations, LongWaits Waits);

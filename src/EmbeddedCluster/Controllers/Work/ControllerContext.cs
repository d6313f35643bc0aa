using Microsoft.Extensions.Logging;

namespace Sidecars.EmbeddedCluster.Controllers;

/// <summary>What every controller is given: the cluster's objects, a clock, a log, and the events it may write.</summary>
internal sealed class ControllerContext(Storage storage, TimeProvider time, ILogger log)
{
    public Storage Storage { get; } = storage;

    public TimeProvider Time { get; } = time;

    public ILogger Log { get; } = log;

    public EventWriter Events { get; } = new(storage, time);

    public string Now => Timestamp.Of(Time);
}

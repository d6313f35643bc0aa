using System.Globalization;
using System.Text.Json;

namespace Sidecars.EmbeddedCluster.Controllers;

/// <summary>
/// How far a rolling update may go: how many pods more than wanted there may be, how many fewer ready ones, and what follows for the new and the old
/// pods at a given moment.
/// </summary>
internal readonly record struct RollingUpdate(int Replicas, int MaxSurge, int MaxUnavailable)
{
    /// <summary>What a Deployment allows. A share of the replicas is rounded up for more pods and down for fewer; both 0 would never end.</summary>
    public static RollingUpdate Of(StoredObject deployment)
    {
        var replicas = (int)deployment.Root.Integer("spec", "replicas");
        var surge = Number(deployment.Root.At("spec", "strategy", "rollingUpdate", "maxSurge"), replicas, roundsUp: true);
        var unavailable = Number(deployment.Root.At("spec", "strategy", "rollingUpdate", "maxUnavailable"), replicas, roundsUp: false);
        return new RollingUpdate(replicas, surge, surge + unavailable == 0 ? 1 : Math.Min(unavailable, replicas));
    }

    public int MinAvailable => Replicas - MaxUnavailable;

    /// <summary>How many pods of the new kind there should be, where so many are asked for by all sets together.</summary>
    public int New(int wanted, int wantedByAll) =>
        wanted >= Replicas ? Replicas : wanted + Math.Clamp(Replicas + MaxSurge - wantedByAll, 0, Replicas - wanted);

    /// <summary>How many pods of the old kinds may go now. Those that are not available anyway may go first, and do not count as lost.</summary>
    public int OldToGo(int wantedByAll, int newUnavailable) => Math.Max(0, wantedByAll - MinAvailable - newUnavailable);

    /// <summary>How many available pods of the old kinds may go, once the others have gone.</summary>
    public int AvailableOldToGo(int available) => Math.Max(0, available - MinAvailable);

    /// <summary>A number as it is, or a share of the whole.</summary>
    public static int Number(JsonElement? value, int whole, bool roundsUp)
    {
        if (value is { ValueKind: JsonValueKind.Number } number && number.TryGetInt32(out var count)) return count;
        if (value?.ValueKind is not JsonValueKind.String || value.Value.GetString() is not { } text || !text.EndsWith('%')) return 0;
        if (!int.TryParse(text.AsSpan(..^1), NumberStyles.None, CultureInfo.InvariantCulture, out var percent)) return 0;
        var share = percent * whole / 100.0;
        return (int)(roundsUp ? Math.Ceiling(share) : Math.Floor(share));
    }
}

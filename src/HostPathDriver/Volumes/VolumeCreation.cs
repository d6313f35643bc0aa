using Csi.V1;
using Sidecars.HostPathDriver.Rpc;
using Sidecars.HostPathDriver.State;
using Sidecars.HostPathDriver.Storage;

namespace Sidecars.HostPathDriver.Volumes;

/// <summary>
/// CreateVolume: one volume for one name, however often it is asked for. The data is made first and the record last, so a volume
/// without a record is never seen by anybody, and is swept after a crash.
/// </summary>
internal sealed class VolumeCreation(Backend backend)
{
    // What a caller gets who names no size.
    private const long DefaultSize = 1L << 30;

    public async Task<Volume> Create(CreateVolumeRequest request, CancellationToken stop)
    {
        var name = Check.Name(request.Name);
        var isBlock = CapabilityCheck.AsksForBlock(request.VolumeCapabilities);
        Check.Map(request.Parameters, "parameters");
        Check.Map(request.MutableParameters, "mutable_parameters");
        MutableParameters.Check(request.MutableParameters);
        var range = Check.Range(request.CapacityRange);
        var kind = VolumeKind.Required(request.Parameters, backend.Options);

        using var naming = backend.Locks.TryChange($"volume name {name}") ?? throw Refuse.Busy($"the volume named {name}");
        if (backend.Volumes.FindByName(name) is { } existing) return Repeat(existing, request, isBlock, range);

        var nodes = NodesFor(request.AccessibilityRequirements);
        using var source = ContentSource.Hold(backend, request.VolumeContentSource);
        if (source is not null && source.IsBlock != isBlock)
            throw Refuse.InvalidArgument("volume_content_source and the new volume differ in access type; a copy keeps it.");
        var size = SizeFor(range, source);
        if (source is not null) nodes = [RequireWithSource(nodes, source)];
        var (node, reserved) = Reserve(nodes, kind, size);
        using var space = reserved;

        var id = DataDirectory.NewVolumeId();
        try
        {
            await MakeData(id, isBlock, size, source, stop);
            return Record(id, name, isBlock, size, node, kind, request).ToVolume(backend.Options);
        }
        catch
        {
            DataDirectory.Delete(backend.Data.VolumePath(id)); // the next try has another id and would leave this for good
            throw;
        }
    }

    private Volume Repeat(VolumeRecord existing, CreateVolumeRequest request, bool isBlock, (long Required, long Limit) range)
    {
        var difference =
            existing.Capacity < range.Required || (range.Limit != 0 && existing.Capacity > range.Limit)
                ? $"its size of {existing.Capacity} bytes is outside the requested range"
            : existing.IsBlock != isBlock ? "it has the other access type"
            : existing.Parameters != StringMap.ToText(request.Parameters) ? "it was made with other parameters"
            : existing.RequestedMutable != StringMap.ToText(request.MutableParameters) ? "it was made with other mutable_parameters"
            : existing.SourceSnapshot != NullIfEmpty(request.VolumeContentSource?.Snapshot?.SnapshotId)
                || existing.SourceVolume != NullIfEmpty(request.VolumeContentSource?.Volume?.VolumeId)
                ? "it was made from another content source"
            : !TopologyMatch.Allows(request.AccessibilityRequirements, existing.Node, backend.Options) ? "it is not reachable from the requested topology"
            : null;
        return difference is null
            ? existing.ToVolume(backend.Options)
            : throw Refuse.AlreadyExists($"A volume named {existing.Name} exists ({existing.Id}), but {difference}.");
    }

    private List<string> NodesFor(TopologyRequirement? requirement)
    {
        var nodes = TopologyMatch.NodesFor(requirement, backend.Options).ToList();
        return nodes.Count > 0 ? nodes : throw Refuse.ResourceExhausted(
            $"No requested topology contains a node of this driver ({backend.Options.TopologyKey} is {string.Join(" or ", backend.Options.Nodes)}).");
    }

    private static string RequireWithSource(List<string> nodes, ContentSource source) => nodes.Contains(source.Node)
        ? source.Node
        : throw Refuse.ResourceExhausted(
            $"The content source lies on node {source.Node} and can be copied there only, but the volume is asked for on {string.Join(" or ", nodes)}.");

    private (string Node, IDisposable Reserved) Reserve(List<string> nodes, string kind, long size)
    {
        foreach (var node in nodes)
            if (backend.Space.TryReserve(node, kind, size) is { } reserved) return (node, reserved);
        var free = string.Join(", ", nodes.Select(node => $"{backend.Space.Available(node, kind)} on {node}"));
        throw Refuse.ResourceExhausted($"No space for {size} bytes{(kind.Length > 0 ? $" of kind {kind}" : "")}: free are {free}.");
    }

    private long SizeFor((long Required, long Limit) range, ContentSource? source)
    {
        var max = backend.Options.MaxVolumeSize;
        if (range.Required > max)
            throw Refuse.OutOfRange($"The required {range.Required} bytes are more than the {max} a volume may have.");
        if (source is not null && range.Required != 0 && range.Required < source.Size)
            throw Refuse.OutOfRange($"The required {range.Required} bytes cannot hold the content source's {source.Size}.");
        if (source is not null && range.Limit != 0 && range.Limit < source.Size)
            throw Refuse.OutOfRange($"The limit of {range.Limit} bytes cannot hold the content source's {source.Size}.");
        if (range.Required != 0) return range.Required;
        var wanted = source?.Size ?? Math.Min(DefaultSize, max);
        return range.Limit == 0 ? wanted : Math.Min(range.Limit, wanted);
    }

    private async Task MakeData(string id, bool isBlock, long size, ContentSource? source, CancellationToken stop)
    {
        var path = backend.Data.VolumePath(id);
        if (source is null)
        {
            DataDirectory.CreateEmpty(path, isBlock, size);
            return;
        }

        await Copying.Copy(source.Path, path, stop);
        DataDirectory.Grow(path, isBlock, size);
    }

    private VolumeRecord Record(string id, string name, bool isBlock, long size, string node, string kind, CreateVolumeRequest request)
    {
        var mutable = StringMap.ToText(request.MutableParameters);
        return backend.Volumes.Add(new VolumeRecord(
            0, id, name, size, isBlock, StringMap.ToText(request.Parameters), mutable, mutable,
            NullIfEmpty(request.VolumeContentSource?.Snapshot?.SnapshotId),
            NullIfEmpty(request.VolumeContentSource?.Volume?.VolumeId),
            node, kind));
    }

    private static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}

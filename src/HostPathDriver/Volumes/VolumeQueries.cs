using Csi.V1;
using Sidecars.HostPathDriver.Rpc;
using Sidecars.HostPathDriver.State;

namespace Sidecars.HostPathDriver.Volumes;

/// <summary>The calls that change nothing: lists, single volumes, capacity, and whether a volume can be used in some way.</summary>
internal sealed class VolumeQueries(Backend backend)
{
    public ListVolumesResponse List(ListVolumesRequest request)
    {
        var (entries, next) = Paging.Page(
            request.StartingToken, Check.MaxEntries(request.MaxEntries), backend.Volumes.Page, volume => volume.Sequence);
        var response = new ListVolumesResponse { NextToken = next };
        foreach (var volume in entries)
        {
            var status = new ListVolumesResponse.Types.VolumeStatus { VolumeCondition = volume.Condition(backend) };
            status.PublishedNodeIds.Add(NodesOf(volume.Id));
            response.Entries.Add(new ListVolumesResponse.Types.Entry { Volume = volume.ToVolume(backend.Options), Status = status });
        }

        return response;
    }

    public ControllerGetVolumeResponse Get(ControllerGetVolumeRequest request)
    {
        var volume = Check.Volume(backend, request.VolumeId);
        var status = new ControllerGetVolumeResponse.Types.VolumeStatus { VolumeCondition = volume.Condition(backend) };
        status.PublishedNodeIds.Add(NodesOf(volume.Id));
        return new ControllerGetVolumeResponse { Volume = volume.ToVolume(backend.Options), Status = status };
    }

    public GetCapacityResponse Capacity(GetCapacityRequest request)
    {
        if (request.VolumeCapabilities.Count > 0) CapabilityCheck.AsksForBlock(request.VolumeCapabilities);
        if (!VolumeKind.TryRead(request.Parameters, backend.Options, out var kind)) return new GetCapacityResponse { MaximumVolumeSize = 0 };
        var free = backend.Options.Nodes
            .Where(node => request.AccessibleTopology is not { } topology || TopologyMatch.Contains(topology, node, backend.Options))
            .Select(node => backend.Space.Available(node, kind)).ToList();
        return new GetCapacityResponse
        {
            AvailableCapacity = free.Aggregate(0L, (sum, more) => more > long.MaxValue - sum ? long.MaxValue : sum + more),
            // A volume lies on one node.
            MaximumVolumeSize = Math.Min(free.DefaultIfEmpty(0).Max(), backend.Options.MaxVolumeSize),
        };
    }

    public ValidateVolumeCapabilitiesResponse Validate(ValidateVolumeCapabilitiesRequest request)
    {
        Check.Required(request.VolumeId, "volume_id");
        if (request.VolumeCapabilities.Count == 0) throw Refuse.InvalidArgument("volume_capabilities is missing.");
        var volume = Check.Volume(backend, request.VolumeId);
        CapabilityCheck.AsksForBlock(request.VolumeCapabilities);
        if (WhyNot(volume, request) is { } why) return new ValidateVolumeCapabilitiesResponse { Message = why };
        return new ValidateVolumeCapabilitiesResponse
        {
            Confirmed = new()
            {
                VolumeContext = { request.VolumeContext },
                VolumeCapabilities = { request.VolumeCapabilities },
                Parameters = { request.Parameters },
                MutableParameters = { request.MutableParameters },
            },
        };
    }

    private static string? WhyNot(VolumeRecord volume, ValidateVolumeCapabilitiesRequest request)
    {
        if (!request.VolumeCapabilities.All(capability => CapabilityCheck.Fits(capability, volume)))
            return $"Volume {volume.Id} was made for {(volume.IsBlock ? "block" : "mount")} access.";
        if (request.Parameters.Count > 0 && StringMap.ToText(request.Parameters) != volume.Parameters)
            return $"Volume {volume.Id} was made with other parameters.";
        if (request.MutableParameters.Count > 0 && MutableParameters.Merge(volume.Mutable, request.MutableParameters) != volume.Mutable)
            return $"Volume {volume.Id} has other mutable parameters.";
        return null;
    }

    private IEnumerable<string> NodesOf(string volume) =>
        backend.Publications.OfVolume(volume).Select(publication => publication.Node);
}

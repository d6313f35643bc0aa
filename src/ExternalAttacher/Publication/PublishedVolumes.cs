using Csi.V1;
using Sidecars.Csi;

namespace Sidecars.ExternalAttacher.Publication;

/// <summary>
/// Asks the driver for all volumes and where they are published (attacher contract 10). Each page has the limit of one call, so that
/// a long list is not given up half-way.
/// </summary>
internal sealed class PublishedVolumes(CsiConnection connection, TimeSpan timeout, int maxEntries, TimeProvider time)
{
    private readonly CsiCall _calls = new(time);
    private readonly Controller.ControllerClient _controller = new(connection.Invoker);

    /// <summary>The nodes of each volume by its handle, or why the list is not complete.</summary>
    public async Task<(Dictionary<string, HashSet<string>>? Nodes, string? Error)> List(CancellationToken stop)
    {
        var nodes = new Dictionary<string, HashSet<string>>(StringComparer.Ordinal);
        var tokens = new HashSet<string>(StringComparer.Ordinal);
        for (var token = ""; ;)
        {
            var request = new ListVolumesRequest { MaxEntries = maxEntries, StartingToken = token };
            var page = await _calls.InvokeAsync(_controller.ListVolumesAsync, request, timeout, stop);
            if (!page.IsOk) return (null, page.Error.Text);
            foreach (var entry in page.Response.Entries)
            {
                if (entry is { Volume: { } volume, Status: { } status }) nodes[volume.VolumeId] = [.. status.PublishedNodeIds];
            }
            token = page.Response.NextToken;
            if (token.Length is 0) return (nodes, null);
            if (!tokens.Add(token)) return (null, $"the driver's list goes in circles: it names the page \"{token}\" twice");
        }
    }
}

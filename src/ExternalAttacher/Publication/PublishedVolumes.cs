using Csi.V1;
using Sidecars.Csi;

namespace Sidecars.ExternalAttacher.Publication;

/// <summary>
/// Asks the driver for all volumes and where they are published (attacher contract 10). Each page has the limit of one call, so that
/// a long list is not given up half-way; one that would never end is given up, with the reason. Where an answer is larger than is accepted,
/// the next list is asked for in pages, or in smaller ones; that nothing smaller can be asked for is said once.
/// </summary>
/// <param name="connection">The driver.</param>
/// <param name="timeout">Limit of one page.</param>
/// <param name="maxEntries">Volumes asked for in one page; 0 leaves it to the driver.</param>
/// <param name="time">The clock of the limit.</param>
/// <param name="mostPages">Pages of one list, at most.</param>
internal sealed class PublishedVolumes(
    CsiConnection connection, TimeSpan timeout, int maxEntries, TimeProvider time, int mostPages = PublishedVolumes.MostPages)
{
    /// <summary>Ten times the largest list in sight, were each volume a page of its own; only a driver that makes volumes up has more.</summary>
    private const int MostPages = 100_000;

    /// <summary>Pages in a row without a new volume: a driver may filter some pages empty, but one that goes on so goes nowhere.</summary>
    private const int MostPagesWithoutNews = 10;

    /// <summary>Volumes of a page where nobody named a number and the whole list is too large: two kilobytes for each are far more than usual.</summary>
    private const int UsualPage = 2000;

    private int _entries = maxEntries; // asked for in one page by now
    private bool _isTold; // that a page of one volume is too large

    private readonly CsiCall _calls = new(time);
    private readonly Controller.ControllerClient _controller = new(connection.Invoker);

    /// <summary>The nodes of each volume by its handle, or why the list is not complete; neither, where that was told and only the driver can change it.</summary>
    public async Task<(Dictionary<string, HashSet<string>>? Nodes, string? Error)> List(CancellationToken stop)
    {
        var nodes = new Dictionary<string, HashSet<string>>(StringComparer.Ordinal);
        var tokens = new HashSet<string>(StringComparer.Ordinal);
        var (token, withoutNews) = ("", 0);
        for (var pages = 1; ; pages++)
        {
            var request = new ListVolumesRequest { MaxEntries = _entries, StartingToken = token };
            var page = await _calls.InvokeAsync(_controller.ListVolumesAsync, request, timeout, stop);
            if (!page.IsOk) return (null, page.Error.IsAnswerTooLarge ? AskForLess(page.Error, token) : page.Error.Text);
            withoutNews = HasNews(nodes, page.Response) ? 0 : withoutNews + 1;
            token = page.Response.NextToken;
            if (token.Length is 0)
            {
                _isTold = false;
                return (nodes, null);
            }
            if (!tokens.Add(token)) return (null, $"the driver's list goes in circles: it names the page \"{token}\" twice");
            if (withoutNews == MostPagesWithoutNews)
                return (null, $"the driver's list does not end: the last {withoutNews} pages had no volume that was not listed before, and it names another page, \"{token}\"; look at the paging of the driver's ListVolumes");
            if (pages == mostPages)
                return (null, $"the driver's list does not end: it has {nodes.Count} volumes on {pages} pages, and it names another page, \"{token}\"; look at the paging of the driver's ListVolumes, or raise --max-entries");
        }
    }

    private string? AskForLess(CsiError error, string token)
    {
        var asked = _entries;
        if (asked is 1) return NothingLess(error, token);
        _entries = asked is 0 ? UsualPage : asked / 2;
        var what = asked is 0 ? "the driver's list of all volumes" : $"a page of {asked} volumes";
        return $"{what} is larger than the 4 MiB an answer may have, so the next list is asked for in pages of {_entries}; --max-entries={_entries} does that from the start: {error.Text}";
    }

    private string? NothingLess(CsiError error, string token)
    {
        if (_isTold) return null;
        _isTold = true;
        var page = token.Length is 0 ? "the first page" : $"the page \"{token}\"";
        return $"{page} of the driver's list is larger than the 4 MiB an answer may have, though one volume was asked for; less cannot be asked for, so nothing is compared"
            + $" until the driver says less: either its entry for that volume is that large, or its ListVolumes does not heed max_entries; this is not said again: {error.Text}";
    }

    /// <summary>Adds the page to the list; whether a volume was on it that was on none before.</summary>
    private static bool HasNews(Dictionary<string, HashSet<string>> nodes, ListVolumesResponse page)
    {
        var before = nodes.Count;
        foreach (var entry in page.Entries)
        {
            if (entry.Volume is not { } volume) continue;
            if (entry.Status is { } status) nodes[volume.VolumeId] = [.. status.PublishedNodeIds];
            else nodes.TryAdd(volume.VolumeId, []); // without a status it is published nowhere
        }
        return nodes.Count > before;
    }
}

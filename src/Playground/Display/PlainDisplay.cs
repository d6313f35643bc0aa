namespace Sidecars.Playground;

/// <summary>Shows the board as lines, one for each change, with the seconds since the start: for files, pipes and build logs.</summary>
internal sealed class PlainDisplay(TextWriter output)
{
    private int _shown;
    private bool _isInvited;

    public async Task Run(Board board, CancellationToken stop)
    {
        try
        {
            while (true)
            {
                var next = board.NextChange;
                Show(board);
                await next.WaitAsync(stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            Show(board);
        }
    }

    private void Show(Board board)
    {
        // Asked for before the news: those that came before the invitation stand above it.
        var invitation = board.Invitation;
        foreach (var news in board.News.Skip(_shown))
        {
            output.WriteLine(news);
            _shown++;
        }

        if (_isInvited || invitation.Count is 0) return;
        _isInvited = true;
        output.WriteLine($"CSI calls: {board.Calls}");
        output.WriteLine();
        foreach (var line in invitation) output.WriteLine(line);
        output.WriteLine();
    }
}

using System.Globalization;

namespace Sidecars.Playground;

/// <summary>Shows the board as lines, one for each change, with the seconds since the start: for files, pipes and build logs.</summary>
internal sealed class PlainDisplay(TextWriter output, TimeProvider time)
{
    private readonly long _began = time.GetTimestamp();
    private int _shown;

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
        foreach (var line in board.News.Skip(_shown))
        {
            var seconds = time.GetElapsedTime(_began).TotalSeconds.ToString("F2", CultureInfo.InvariantCulture);
            output.WriteLine($"[{seconds,7}s] {ShortNames.Of(line)}");
            _shown++;
        }
    }
}

using Spectre.Console;

namespace Sidecars.Playground;

/// <summary>Shows the board as a frame that is redrawn with every change, as large as the terminal is at that moment.</summary>
internal sealed class LiveDisplay(IAnsiConsole console)
{
    public Task Run(Board board, CancellationToken stop) => console.Live(Draw(board)).Overflow(VerticalOverflow.Crop).StartAsync(async live =>
    {
        try
        {
            while (true)
            {
                var next = board.NextChange;
                live.UpdateTarget(Draw(board));
                await next.WaitAsync(stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            live.UpdateTarget(Draw(board));
        }
    });

    private Rows Draw(Board board) =>
        new(Frame.Of(board, console.Profile.Width, console.Profile.Height).Select(line => new Text(line.Text, StyleOf(line.Tone)) { Overflow = Overflow.Crop }));

    private static Style StyleOf(Tone tone) => new(tone switch
    {
        Tone.Good => Color.Green,
        Tone.Bad => Color.Red,
        Tone.Waiting => Color.Yellow,
        Tone.Faint => Color.Grey,
        _ => Color.Default,
    });
}

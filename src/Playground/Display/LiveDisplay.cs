using Spectre.Console;

namespace Sidecars.Playground;

/// <summary>Shows the board as a table that is redrawn with every change: for a terminal.</summary>
internal sealed class LiveDisplay(IAnsiConsole console)
{
    // As many as fit under the table on a small terminal.
    private const int NewsShown = 10;

    public Task Run(Board board, CancellationToken stop) => console.Live(Draw(board)).StartAsync(async live =>
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

    private static Rows Draw(Board board)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumns("Object", "State").Caption(Markup.Escape($"CSI calls: {board.Calls}"));
        foreach (var (name, state) in board.Objects) table.AddRow(Markup.Escape(ShortNames.Of(name)), $"[{ColourOf(state)}]{Markup.Escape(ShortNames.Of(state))}[/]");
        return new Rows([table, .. board.News.TakeLast(NewsShown).Select(line => new Markup($"[grey]{Markup.Escape(ShortNames.Of(line))}[/]"))]);
    }

    private static string ColourOf(string state) => state switch
    {
        _ when state.Contains("failed", StringComparison.Ordinal) || state.Contains("lost", StringComparison.Ordinal) => "red",
        _ when state.StartsWith("bound", StringComparison.Ordinal) || state.StartsWith("ready", StringComparison.Ordinal) || state.StartsWith("running", StringComparison.Ordinal)
            || state.Contains("is attached", StringComparison.Ordinal) => "green",
        "gone" => "grey",
        _ => "yellow",
    };
}

namespace Sidecars.Playground;

/// <summary>
/// The board as the lines of a terminal, however small: objects with their states, the latest news, how many calls the driver got, and in the end what to
/// try. No line is wider and not more of them are there than the terminal has, so that nothing wraps or scrolls away; what is left out is said.
/// Objects that changed last stay longest, those that are gone go first.
/// </summary>
internal static class Frame
{
    private const int MostNews = 10;
    private const int LeastNews = 3;
    private const int ShortTerminal = 36;

    /// <summary>The lines for a terminal of this size; the last row is left for the cursor.</summary>
    public static IReadOnlyList<FrameLine> Of(Board board, int width, int height)
    {
        var room = Math.Max(height - 1, LeastNews + 4);
        var invitation = board.Invitation;
        // Where there is little room, the way in is enough: the rest stands in docs/playground.md.
        var invited = height < ShortTerminal ? invitation.Take(Math.Min(4, room / 4)).ToList() : [.. invitation];
        var news = Math.Clamp((room - invited.Count - 3) / 3, LeastNews, MostNews);
        return
        [
            .. Table(board.Objects, width, room - invited.Count - news - 2),
            new FrameLine("", Tone.Plain),
            .. Latest(board.News, width, news),
            new FrameLine(Cut(Calls(board.CallCount), width), Tone.Plain),
            .. invited.Select(line => new FrameLine(Cut(line, width), Tone.Plain)),
        ];
    }

    // As many of the last as fit, each on two lines where it needs them.
    private static List<FrameLine> Latest(IReadOnlyList<News> all, int width, int room)
    {
        var lines = new List<FrameLine>();
        foreach (var news in all.Reverse())
        {
            var text = (news with { Text = ShortNames.OfKinds(news.Text) }).ToString();
            var rest = Math.Max(width - News.TimeWidth, 1);
            string[] parts = text.Length <= width ? [text] : [text[..width], $"{new string(' ', News.TimeWidth)}{Cut(text[width..], rest)}"];
            if (lines.Count + parts.Length > room) break;
            var tone = news.Text.Contains(": warning ", StringComparison.Ordinal) ? Tone.Bad : Tone.Faint;
            lines.InsertRange(0, parts.Select(part => new FrameLine(part, tone)));
        }

        return lines;
    }

    private static IEnumerable<FrameLine> Table(IReadOnlyList<BoardObject> all, int width, int room)
    {
        var living = all.Where(one => !one.IsGone).ToList();
        var rows = Math.Max(room - 1, 1);
        var chosen = all.Count <= rows ? all : [.. (living.Count <= rows ? Filled(all, living, rows) : living.OrderByDescending(one => one.Changed).Take(rows))];
        var shown = all.Where(chosen.Contains).Select(one => (Name: NameOf(one), one.State)).ToList();
        var names = Math.Min(shown.Select(one => one.Name.Length).DefaultIfEmpty(0).Max(), Math.Max(width / 2, 10));
        yield return new FrameLine(Cut(Head(all.Count, shown.Count, living.Count, names), width), Tone.Plain);
        foreach (var (name, state) in shown)
            yield return new FrameLine(Cut($"{Cut(name, names).PadRight(names)}  {ShortNames.Of(state)}", width), ToneOf(state));
    }

    // The living ones, and the last of those that are gone.
    private static IEnumerable<BoardObject> Filled(IReadOnlyList<BoardObject> all, List<BoardObject> living, int rows) =>
        living.Concat(all.Where(one => one.IsGone).OrderByDescending(one => one.Changed).Take(rows - living.Count));

    private static string Head(int all, int shown, int living, int names) =>
        $"{"OBJECT".PadRight(names)}  STATE" + (shown < all ? $" (the last {shown} of {all} objects, {all - living} are gone)" : "");

    private static string NameOf(BoardObject one) => ShortNames.Of(ShortNames.OfKinds(ObjectName.Of(one.Kind, one.Namespace, one.Name)));

    private static string Calls((int Count, string Last) calls) => calls.Count is 0 ? "CSI calls: none yet" : $"CSI calls: {calls.Count}, the last {calls.Last}";

    private static string Cut(string text, int width) => text.Length <= width ? text : $"{text[..Math.Max(width - 1, 0)]}…";

    private static Tone ToneOf(string state) => state switch
    {
        _ when state.Contains("failed", StringComparison.Ordinal) || state.Contains("lost", StringComparison.Ordinal) => Tone.Bad,
        _ when state.StartsWith("bound", StringComparison.Ordinal) || state.StartsWith("ready", StringComparison.Ordinal) || state.StartsWith("running", StringComparison.Ordinal)
            || state.Contains("is attached", StringComparison.Ordinal) => Tone.Good,
        BoardObject.GoneState => Tone.Faint,
        _ => Tone.Waiting,
    };
}

using System.Globalization;
using System.Text;

namespace Sidecars.Hosting.Tests.Metrics;

/// <summary>
/// A small strict reader of the Prometheus text format, written from its grammar and not from our writer. It refuses whatever a
/// scraper would.
/// </summary>
internal sealed class PromReader
{
    private readonly Dictionary<string, double> _samples = [];

    public List<string> Families { get; } = [];

    public Dictionary<string, string> Types { get; } = [];

    public Dictionary<string, string> Helps { get; } = [];

    public IReadOnlyDictionary<string, double> Samples => _samples;

    public double this[string name, params (string Name, string Value)[] labels] => _samples[Key(name, labels)];

    public static PromReader Read(string text)
    {
        if (text.Length > 0 && !text.EndsWith('\n')) throw new FormatException("the last line has no line feed");
        var reader = new PromReader();
        foreach (var line in text.Split('\n')[..^1])
        {
            if (line.StartsWith("# HELP ", StringComparison.Ordinal)) reader.Help(line[7..]);
            else if (line.StartsWith("# TYPE ", StringComparison.Ordinal)) reader.Type(line[7..]);
            else reader.Sample(line);
        }
        return reader;
    }

    public static string Key(string name, IEnumerable<(string Name, string Value)> labels) =>
        name + "|" + string.Join('|', labels.OrderBy(label => label.Name, StringComparer.Ordinal).Select(label => $"{label.Name}={label.Value}"));

    private void Help(string rest)
    {
        var blank = rest.IndexOf(' ', StringComparison.Ordinal);
        Families.Add(rest[..blank]);
        if (!Helps.TryAdd(rest[..blank], Unescape(rest[(blank + 1)..], quotes: false))) throw new FormatException("second HELP of " + rest);
    }

    private void Type(string rest)
    {
        var parts = rest.Split(' ');
        if (!Types.TryAdd(parts[0], parts[1])) throw new FormatException("second TYPE of " + rest);
    }

    private void Sample(string line)
    {
        var at = 0;
        while (at < line.Length && (char.IsAsciiLetterOrDigit(line[at]) || line[at] is '_' or ':')) at++;
        var name = line[..at];
        if (!Types.ContainsKey(Base(name))) throw new FormatException($"sample {line} has no TYPE");
        var labels = new List<(string, string)>();
        if (line[at] == '{')
        {
            at++;
            while (line[at] != '}') at = Label(line, at, labels);
            at++;
        }
        if (line[at] != ' ') throw new FormatException("no blank before the value: " + line);
        var value = line[(at + 1)..] switch
        {
            "+Inf" => double.PositiveInfinity,
            "-Inf" => double.NegativeInfinity,
            "NaN" => double.NaN,
            var number => double.Parse(number, NumberStyles.Float, CultureInfo.InvariantCulture),
        };
        if (!_samples.TryAdd(Key(name, labels), value)) throw new FormatException("second sample " + line);
    }

    private static int Label(string line, int at, List<(string, string)> labels)
    {
        var equals = line.IndexOf("=\"", at, StringComparison.Ordinal);
        var end = equals + 2;
        while (line[end] != '"') end += line[end] == '\\' ? 2 : 1;
        labels.Add((line[at..equals], Unescape(line[(equals + 2)..end], quotes: true)));
        return line[end + 1] == ',' ? end + 2 : end + 1;
    }

    private static string Unescape(string text, bool quotes)
    {
        var plain = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\')
            {
                plain.Append(text[i]);
                continue;
            }
            plain.Append(text[++i] switch
            {
                'n' => '\n',
                '\\' => '\\',
                '"' when quotes => '"',
                var other => throw new FormatException($"unknown escape {other}"),
            });
        }
        return plain.ToString();
    }

    private string Base(string name)
    {
        if (Types.ContainsKey(name)) return name;
        foreach (var suffix in (string[])["_bucket", "_sum", "_count"])
            if (name.EndsWith(suffix, StringComparison.Ordinal) && Types.GetValueOrDefault(name[..^suffix.Length]) == "histogram") return name[..^suffix.Length];
        return name;
    }
}

using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Sidecars.Documentation.Tests.Flags;

/// <summary>The page of each program has a table of all its flags, and that is the program's own.</summary>
internal sealed partial class FlagPageTests
{
    private const string Begin = "<!-- flags: written by eng/docs.sh -->\n";
    private const string End = "<!-- end of flags -->\n";

    /// <summary>The defaults are the originals', and are told because a flag that is given has the other's default beside it.</summary>
    private const string Unthrottled =
        "Without both of `--kube-api-qps` and `--kube-api-burst` requests follow the API server; the default of the one counts only where the other is given.\n";

    private static IEnumerable<string> Programs() => ShippedPrograms.All.Keys;

    [TestCaseSource(nameof(Programs))]
    public void The_table_of_flags_is_what_the_program_tells(string program) =>
        Assert.That(File.ReadAllText(PathOf(program)), Is.EqualTo(Wanted(program)), $"the flags of {program} have changed: run eng/docs.sh");

    /// <summary>The reader itself: both layouts, a default, a word for the value, a usage of several lines.</summary>
    [TestCase("csi-provisioner", "worker-threads", "uint", "100")]
    [TestCase("csi-attacher", "timeout", "duration", "15s")]
    [TestCase("csi-attacher", "leader-election", "", "")]
    [TestCase("livenessprobe", "health-port", "string", "\"9808\"")]
    [TestCase("csi-node-driver-registrar", "plugin-registration-path", "string", "\"/registration\"")]
    [TestCase("csi-provisioner", "leader-election-labels", "key:value,key:value", "")]
    public void A_flag_is_read_with_its_value_and_default(string program, string name, string value, string @default)
    {
        var flag = DocumentedFlag.Of(program).Single(flag => flag.Name == name);
        Assert.That((flag.Value, flag.Default), Is.EqualTo((value, @default)));
        Assert.That(flag.Usage, Is.Not.Empty.And.Not.Contains("(default"));
    }

    [TestCaseSource(nameof(Programs))]
    public void A_flag_that_the_prose_names_is_one_of_the_program(string program)
    {
        var flags = DocumentedFlag.Of(program).Select(flag => flag.Name).ToHashSet(StringComparer.Ordinal);
        var page = File.ReadAllText(PathOf(program));
        var prose = page[..page.IndexOf(Begin, StringComparison.Ordinal)] + page[page.IndexOf(End, StringComparison.Ordinal)..];
        // The kubelet's, kubectl's and the driver's flags are named with the program whose they are, in one piece of code.
        var named = Markdown.Code(prose).Where(code => code.StartsWith("--", StringComparison.Ordinal)).Select(code => code[2..].Split('=', ' ', '[')[0]).Distinct();
        Assert.That(named.Where(name => !flags.Contains(name)).Except(OfOthers), Is.Empty);
    }

    [TestCase("docs/troubleshooting.md")]
    [TestCase("docs/metrics.md")]
    [TestCase("docs/monitoring/alerts.yaml")]
    public void A_flag_that_a_page_of_all_programs_names_is_one_of_some(string page)
    {
        var flags = Programs().SelectMany(DocumentedFlag.Of).Select(flag => flag.Name).ToHashSet(StringComparer.Ordinal);
        var named = Named().Matches(Repository.Read(page)).Select(match => match.Groups[1].Value).Distinct().ToList();
        Assert.That(named, Is.Not.Empty);
        Assert.That(named.Where(name => !flags.Contains(name)).Except(OfOthers), Is.Empty);
    }

    [Test]
    public void Every_program_that_ships_has_a_page()
    {
        var shipped = Repository.Read("eng/programs.sh").Split('\n').Where(line => line.TrimStart().StartsWith('[') && line.Contains("]=src/", StringComparison.Ordinal))
            .Select(line => line.Split('[', ']')[1]);
        Assert.That(Programs(), Is.EquivalentTo(shipped));
    }

    /// <summary>Flags of other programs that pages speak of: the kubelet's and kubectl's, and the one that every program has without telling it.</summary>
    private static string[] OfOthers =>
        ["root-dir", "help", "all-namespaces", "field-selector", "sort-by", "overwrite", "as", "previous", "from-file"];

    [GeneratedRegex(@"(?<![\w-])--([a-z][a-z-]+)")]
    private static partial Regex Named();

    public static void Rewrite()
    {
        foreach (var program in Programs()) File.WriteAllText(PathOf(program), Wanted(program));
    }

    private static string PathOf(string program) => Path.Combine(Repository.Root, "docs", $"{program}.md");

    private static string Wanted(string program)
    {
        var page = File.ReadAllText(PathOf(program));
        var (begin, end) = (page.IndexOf(Begin, StringComparison.Ordinal), page.IndexOf(End, StringComparison.Ordinal));
        Assert.That((begin >= 0, end > begin), Is.EqualTo((true, true)), $"{program}: the marks of the table are not there");
        var table = new StringBuilder("| flag | value | default | |\n|---|---|---|---|\n");
        var flags = DocumentedFlag.Of(program);
        foreach (var flag in flags) table.Append(CultureInfo.InvariantCulture, $"| `--{flag.Name}` | {flag.Value} | {DefaultOf(flag)} | {Escaped(flag.Usage)} |\n");
        if (flags.Any(flag => flag.Name is "kube-api-qps")) table.Append('\n').Append(Unthrottled);
        return page[..(begin + Begin.Length)] + table + page[end..];
    }

    /// <summary>A boolean without a word is off.</summary>
    private static string DefaultOf(DocumentedFlag flag) => flag is { Value: "", Default: "" } ? "`false`" : flag.Default.Length is 0 ? "" : $"`{flag.Default}`";

    private static string Escaped(string text) => text.Replace("|", "\\|", StringComparison.Ordinal).Replace("<br>", "\n", StringComparison.Ordinal)
        .Replace("<", "&lt;", StringComparison.Ordinal).Replace("\n", "<br>", StringComparison.Ordinal);
}

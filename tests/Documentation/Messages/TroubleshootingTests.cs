using System.Text.RegularExpressions;

namespace Sidecars.Documentation.Tests.Messages;

/// <summary>What docs/troubleshooting.md quotes is what the programs say.</summary>
internal sealed partial class TroubleshootingTests
{
    private const string Path = "docs/troubleshooting.md";
    private const string Head = "| it says | where | what to do |";
    private const int LeastFixed = 8;

    private static readonly string s_page = Repository.Read(Path);

    private static IEnumerable<string> Said() => Markdown.Rows(s_page, Head).SelectMany(row => Markdown.Code(row[0])).Where(code => !OfTheReader.Contains(code)).Distinct();

    private static IEnumerable<string> Reasons() => Markdown.Rows(s_page, Head).SelectMany(row => Markdown.Code(row[1])).Where(code => Reason().IsMatch(code)).Distinct();

    private static IEnumerable<string> Sections() => s_page.Split("\n## ").Skip(1);

    /// <summary>Codes of gRPC that a row is about, beside the message they stand in.</summary>
    private static string[] OfTheReader => ["DeadlineExceeded", "permission denied"];

    [TestCaseSource(nameof(Said))]
    public void A_message_is_one_of_the_programs(string message)
    {
        Assert.That(Messages.FixedLength(message), Is.GreaterThanOrEqualTo(LeastFixed), "it would be found anywhere");
        Assert.That(Messages.Have(message), "no text of the programs has it");
    }

    [TestCaseSource(nameof(Reasons))]
    public void A_reason_of_an_event_is_one_of_the_programs(string reason) => Assert.That(Messages.HaveWord(reason));

    /// <summary>The reader of messages itself.</summary>
    [TestCase("storageClass \"<class>\" not found", true)]
    [TestCase("Lease request failed, trying again <step> <namespace>", true)]
    [TestCase("storageClass \"fast\" not found", false)]
    [TestCase("storage class \"<class>\" not found", false)]
    [TestCase("storageClass \"<class>\" was not found", false)]
    public void A_message_is_found_by_what_it_says_and_where_it_is_filled_in(string message, bool isThere) => Assert.That(Messages.Have(message), Is.EqualTo(isThere));

    [TestCaseSource(nameof(Sections))]
    public void A_section_has_messages_each_with_what_to_do(string section)
    {
        var rows = Markdown.Rows(section, Head).ToList();
        Assert.That(rows, Is.Not.Empty);
        foreach (var row in rows)
        {
            Assert.That(row, Has.Length.EqualTo(3), string.Join(" | ", row));
            Assert.That(Markdown.Code(row[0]), Is.Not.Empty);
            Assert.That(row[1..], Has.All.Not.Empty, row[0]);
        }
    }

    [Test]
    public void Every_symptom_has_its_section() => Assert.That(Sections().Select(section => section.Split('\n')[0]), Is.SupersetOf((string[])
    [
        "A claim stays Pending", "An attachment is stuck", "The driver is not registered on a node", "A snapshot does not get ready", "A volume does not grow",
        "A pod cannot be deleted", "A volume is left over", "A right is missing", "Nobody leads",
    ]));

    [GeneratedRegex("^[A-Z][A-Za-z]+[a-z][A-Z]?[A-Za-z]*$")]
    private static partial Regex Reason();
}

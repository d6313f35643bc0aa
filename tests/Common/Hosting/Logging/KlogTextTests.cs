using System.Net;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.Extensions.Logging;
using Sidecars.Hosting.Logging;

namespace Sidecars.Hosting.Tests.Logging;

[TestFixture]
internal sealed class KlogTextTests
{
    private LogCapture _log = null!;

    [SetUp]
    public void Open() => _log = new LogCapture();

    [TearDown]
    public void Close() => _log.Dispose();

    [Test]
    public void A_line_is_header_quoted_message_and_pairs_in_one_write()
    {
        Lines.Attached(_log.Logger, "pv-1", "node-1");
        Assert.That(_log.Text, Is.EqualTo(LogCapture.Header('I') + "\"Attached volume\" PV=\"pv-1\" node=\"node-1\"\n"));
        Assert.That(_log.Writes, Is.EqualTo(1));
    }

    [Test]
    public void Words_between_placeholders_are_not_printed()
    {
        Lines.Provisioned(_log.Logger, "pv-1", "ns/claim");
        Assert.That(_log.Text, Does.EndWith("] \"Provisioned volume\" PV=\"pv-1\" PVC=\"ns/claim\"\n"));
    }

    [Test]
    public void A_message_without_placeholders_is_printed_whole()
    {
        Lines.Bare(_log.Logger);
        Assert.That(_log.Text, Does.EndWith("] \"Nothing to add.\"\n"));
    }

    [Test]
    public void More_pairs_than_the_library_has_shapes_for_are_printed_in_order()
    {
        Lines.Nine(_log.Logger, 1, 2, 3, 4, 5, 6, 7, 8, 9);
        Assert.That(_log.Text, Does.EndWith("] \"Nine\" a=1 b=2 c=3 d=4 e=5 f=6 g=7 h=8 i=9\n"));
    }

    private static IEnumerable<TestCaseData> Values()
    {
        yield return new TestCaseData("text", "\"text\"").SetArgDisplayNames("string");
        yield return new TestCaseData("a\"b\\c\td", "\"a\\\"b\\\\c\\td\"").SetArgDisplayNames("escapes");
        yield return new TestCaseData("", "\"\"").SetArgDisplayNames("empty");
        yield return new TestCaseData(null, "null").SetArgDisplayNames("null");
        yield return new TestCaseData(5, "5").SetArgDisplayNames("int");
        yield return new TestCaseData(-1.5, "-1.5").SetArgDisplayNames("double");
        yield return new TestCaseData(double.NaN, "\"NaN\"").SetArgDisplayNames("not a number");
        yield return new TestCaseData(true, "true").SetArgDisplayNames("bool");
        yield return new TestCaseData(TimeSpan.FromSeconds(90), "\"1m30s\"").SetArgDisplayNames("duration");
        yield return new TestCaseData(LogLevel.Debug, "\"Debug\"").SetArgDisplayNames("enum");
        yield return new TestCaseData(new ObjectRef("ns", "name"), "\"ns/name\"").SetArgDisplayNames("namespaced reference");
        yield return new TestCaseData(new ObjectRef("name"), "\"name\"").SetArgDisplayNames("cluster reference");
        yield return new TestCaseData(Guid.Empty, "\"00000000-0000-0000-0000-000000000000\"").SetArgDisplayNames("guid");
        yield return new TestCaseData(IPAddress.Loopback, "\"127.0.0.1\"").SetArgDisplayNames("address");
        yield return new TestCaseData(DateTimeOffset.UnixEpoch, "\"1970-01-01T00:00:00.0000000+00:00\"").SetArgDisplayNames("time");
        yield return new TestCaseData(new[] { "a", "b\"" }, "[\"a\",\"b\\\"\"]").SetArgDisplayNames("list");
        yield return new TestCaseData(new Dictionary<string, string> { ["b"] = "2", ["a"] = "1" }, "{\"a\":\"1\",\"b\":\"2\"}").SetArgDisplayNames("map");
        yield return new TestCaseData(new Dictionary<string, object?> { ["x"] = new[] { 1, 2 }, ["y"] = null }, "{\"x\":[1,2],\"y\":null}")
            .SetArgDisplayNames("nested map");
        yield return new TestCaseData(new LogJson(() => "{\"json\":true}"), "{\"json\":true}").SetArgDisplayNames("raw json");
        yield return new TestCaseData("line 1\nline 2", "<\n\tline 1\n\tline 2\n >").SetArgDisplayNames("two lines");
        yield return new TestCaseData("line 1\n", "<\n\tline 1\n >").SetArgDisplayNames("line feed at the end");
        yield return new TestCaseData(new Uri("http://x/y"), "\"http://x/y\"").SetArgDisplayNames("other");
        yield return new TestCaseData(new ObjectRef("n", new string('x', 300)), $"\"n/{new string('x', 300)}\"").SetArgDisplayNames("long reference");
    }

    [TestCaseSource(nameof(Values))]
    public void Values_have_the_forms_of_klog(object? value, string expected)
    {
        Lines.Value(_log.Logger, value);
        Assert.That(_log.Text, Is.EqualTo($"{LogCapture.Header('I')}\"Value\" value={expected}\n"));
    }

    [Test]
    public void Numbers_and_durations_of_typed_messages_print_alike()
    {
        Lines.Count(_log.Logger, 3, TimeSpan.FromMilliseconds(1500));
        Assert.That(_log.Text, Does.EndWith("] \"Count\" count=3 elapsed=\"1.5s\"\n"));
    }

    [Test]
    public void An_error_comes_first_and_tells_its_causes_once()
    {
        Lines.Failed(_log.Logger, new InvalidOperationException("attach failed", new IOException("disk gone")), "pv-1");
        Assert.That(_log.Text, Is.EqualTo(LogCapture.Header('E') + "\"Could not attach\" err=\"attach failed: disk gone\" PV=\"pv-1\"\n"));
    }

    [Test]
    public void A_critical_line_carries_the_stack()
    {
        Lines.Gone(_log.Logger, new InvalidOperationException("bug"));
        Assert.That(_log.Text, Does.StartWith(LogCapture.Header('F') + "\"Gone\" err=\"bug\" stack=\"System.InvalidOperationException: bug\""));
    }

    [Test]
    public void Scopes_come_first_and_of_equal_keys_the_later_wins()
    {
        using (_log.Logger.BeginScope(LogPairs.Of("PV", "outer")))
        using (_log.Logger.BeginScope(LogPairs.Of(new("key", 1), new("node", "from scope"))))
            Lines.Attached(_log.Logger, "inner", "n1");
        Assert.That(_log.Text, Does.EndWith("] \"Attached volume\" key=1 PV=\"inner\" node=\"n1\"\n"));
    }

    [Test]
    public void A_scope_that_ended_leaves_nothing_behind()
    {
        using (_log.Logger.BeginScope(LogPairs.Of("key", 1))) Lines.Bare(_log.Logger);
        Lines.Bare(_log.Logger);
        Assert.That(_log.Text.Split('\n')[1], Does.Not.Contain("key="));
    }

    [Test]
    public void A_value_that_logs_while_it_is_written_does_not_mix_the_lines()
    {
        Lines.Value(_log.Logger, new Chatty(_log.Logger));
        Assert.That(_log.Text.Split('\n')[0], Does.EndWith("] \"Nothing to add.\""));
        Assert.That(_log.Text.Split('\n')[1], Does.EndWith("] \"Value\" value=\"chatty\""));
    }

    [Test]
    public void Any_string_is_one_value_from_which_it_can_be_read_back() =>
        Prop.ForAll<string>(text =>
        {
            using var log = new LogCapture();
            text ??= "";
            Lines.Value(log.Logger, text);
            var value = log.Text[(LogCapture.Header('I').Length + "\"Value\" value=".Length)..^1];
            var well = new string([.. text.EnumerateRunes().SelectMany(rune => rune.ToString())]);
            // A block does not tell whether its last line had a line feed of its own.
            if (well.EndsWith('\n') && well.Length > 0) well = well[..^1];
            return KlogReader.ReadString(value) == well;
        }).QuickCheckThrowOnFailure();

    private sealed class Chatty(ILogger logger)
    {
        public override string ToString()
        {
            Lines.Bare(logger);
            return "chatty";
        }
    }
}

using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.Extensions.Logging;
using Sidecars.Hosting.Logging;

namespace Sidecars.Hosting.Tests.Logging;

[TestFixture]
internal sealed class KlogJsonTests
{
    private static readonly KlogOptions Json = KlogOptions.Default with { Format = KlogFormat.Json, Verbosity = 5 };

    private LogCapture _log = null!;

    [SetUp]
    public void Open() => _log = new LogCapture(Json);

    [TearDown]
    public void Close() => _log.Dispose();

    [Test]
    public void An_info_line_has_exactly_the_documented_keys_in_order()
    {
        Lines.Attached(_log.Logger, "pv-1", "n<1>");
        Assert.That(_log.Text, Is.EqualTo(
            "{\"ts\":1767323045123.4567,\"caller\":\"Attacher/VolumeReconciler\",\"msg\":\"Attached volume\",\"v\":0,\"PV\":\"pv-1\",\"node\":\"n<1>\"}\n"));
        Assert.That(_log.Writes, Is.EqualTo(1));
    }

    [TestCase(LogLevel.Information, 0)]
    [TestCase(LogLevel.Debug, 3)]
    [TestCase(LogLevel.Trace, 5)]
    public void V_is_the_level_of_info_lines(LogLevel level, int v)
    {
        Lines.AtLevel(_log.Logger, level);
        Assert.That(Parsed().GetProperty("v").GetInt32(), Is.EqualTo(v));
    }

    [Test]
    public void An_error_line_has_err_and_no_v()
    {
        using var log = new LogCapture(Json with { Verbosity = 0 });
        Lines.Failed(log.Logger, new IOException("disk\ngone"), "pv-1");
        using var document = JsonDocument.Parse(log.Text);
        Assert.That(document.RootElement.EnumerateObject().Select(member => member.Name), Is.EqualTo(new[] { "ts", "caller", "msg", "err", "PV" }));
        Assert.That(document.RootElement.GetProperty("err").GetString(), Is.EqualTo("disk\ngone"));
    }

    [Test]
    public void Object_references_are_objects()
    {
        Lines.Value(_log.Logger, new ObjectRef("ns", "a\"b"));
        Assert.That(Parsed().GetProperty("value").GetRawText(), Is.EqualTo("{\"name\":\"a\\\"b\",\"namespace\":\"ns\"}"));
    }

    [Test]
    public void A_value_that_contains_itself_ends()
    {
        var loop = new List<object>();
        loop.Add(loop);
        Lines.Value(_log.Logger, loop);
        Assert.That(Parsed().GetProperty("value").ValueKind, Is.EqualTo(JsonValueKind.Array));
    }

    [Test]
    public void Any_string_reads_back_the_same() =>
        Prop.ForAll<string>(text =>
        {
            using var log = new LogCapture(Json);
            Lines.Value(log.Logger, text);
            using var document = JsonDocument.Parse(log.Text);
            var read = document.RootElement.GetProperty("value").GetString();
            return read == (text is null ? null : new string([.. text.EnumerateRunes().SelectMany(rune => rune.ToString())]))
                && log.Text.IndexOf('\n') == log.Text.Length - 1;
        }).QuickCheckThrowOnFailure();

    private JsonElement Parsed() => JsonDocument.Parse(_log.Text).RootElement;
}

using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Sidecars.ExternalAttacher.Patches;

namespace Sidecars.ExternalAttacher.Tests.Patches;

internal sealed class ApiTextTests
{
    [TestCase("abc", 3, "abc")]
    [TestCase("abcd", 3, "abc")]
    [TestCase("aä", 3, "aä")]
    [TestCase("aää", 4, "aä")]
    [TestCase("a€", 3, "a")]
    [TestCase("😀😀", 7, "😀")]
    [TestCase("", 0, "")]
    [TestCase("ä", 1, "")]
    public void A_text_is_cut_between_characters(string text, int bytes, string kept) => Assert.That(ApiText.Cut(text, bytes), Is.EqualTo(kept));

    [Test]
    public void Whatever_is_cut_fits_and_is_the_beginning_of_the_text() => Prop.ForAll<string, byte>((text, bytes) =>
    {
        // Halves of a surrogate pair have no UTF-8 of their own.
        var whole = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text ?? ""));
        var cut = ApiText.Cut(whole, bytes);
        return whole.StartsWith(cut, StringComparison.Ordinal) && Encoding.UTF8.GetByteCount(cut) <= bytes
               && (cut.Length == whole.Length || Encoding.UTF8.GetByteCount(cut) > bytes - 4);
    }).QuickCheckThrowOnFailure();
}

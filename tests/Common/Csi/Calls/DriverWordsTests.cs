using System.Text;

namespace Sidecars.Csi.Tests.Calls;

public sealed class DriverWordsTests
{
    private const int Longest = 8192;

    [TestCase("")]
    [TestCase("no such volume")]
    [TestCase("50% of \"this\"\nand that + ü€😀")]
    public void A_few_words_are_kept(string words)
    {
        Assert.That(DriverWords.Cut(words), Is.SameAs(words));
        Assert.That(DriverWords.Decode(Uri.EscapeDataString(words)), Is.EqualTo(words));
    }

    [Test]
    public void Those_that_just_fit_are_kept_and_one_byte_more_is_cut()
    {
        Assert.That(DriverWords.Cut(new string('x', Longest)), Is.EqualTo(new string('x', Longest)));
        Assert.That(DriverWords.Cut(new string('x', Longest + 1)), Is.EqualTo(new string('x', 8128) + " [and 65 characters more]"));
    }

    [Test]
    public void Very_many_are_cut_alike_whether_decoded_or_not([Values("x", "\n", "+", "%", "ä", "€", "😀", "aä€😀")] string word, [Values(3000, 9000, 30_000)] int times)
    {
        var words = string.Concat(Enumerable.Repeat(word, times));
        var cut = DriverWords.Cut(words);
        Assert.That(Encoding.UTF8.GetByteCount(cut), Is.LessThanOrEqualTo(Longest));
        Assert.That(DriverWords.Decode(Uri.EscapeDataString(words)), Is.EqualTo(cut));
        Assert.That(DriverWords.Cut(cut), Is.SameAs(cut), "nothing is cut twice");
    }

    [TestCase("%zz%")]
    [TestCase("100% ")]
    public void What_nobody_encoded_counts_as_it_stands(string word)
    {
        var words = string.Concat(Enumerable.Repeat(word, 10_000));
        Assert.That(DriverWords.Decode(words), Is.EqualTo(DriverWords.Cut(words)));
    }
}

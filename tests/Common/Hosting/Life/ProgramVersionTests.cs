namespace Sidecars.Hosting.Tests.Life;

internal sealed class ProgramVersionTests
{
    [TestCase("0123456789abcdef0123456789abcdef01234567", ExpectedResult = "1.2.3+0123456789ab")]
    [TestCase(null, ExpectedResult = "1.2.3")]
    [TestCase("", ExpectedResult = "1.2.3")]
    [TestCase("short", ExpectedResult = "1.2.3")]
    public string It_is_the_number_and_the_commit_where_one_is_known(string? commit) => ProgramVersion.Full("1.2.3", commit);

    [Test]
    public void What_nobody_published_has_no_commit() => Assert.That(ProgramVersion.Full("1.2.3"), Is.EqualTo("1.2.3"));
}

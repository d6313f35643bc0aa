namespace Sidecars.Documentation.Tests;

/// <summary>Where eng/docs.sh asks for it, the parts of pages that come from the code are written before they are compared.</summary>
[SetUpFixture]
internal sealed class Rewriting
{
    private const string Variable = "DOCS_REWRITE";

    [OneTimeSetUp]
    public void Rewrite()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 }) Flags.FlagPageTests.Rewrite();
    }
}

namespace Sidecars.Tests.Support;

/// <summary>What a driver may say of an error in far more words than anybody reads, as cases of a test: they reach a sidecar as a header of the answer.</summary>
public static class LongWords
{
    /// <summary>Sent as they are, and each as the three characters of an escape.</summary>
    public static IEnumerable<TestCaseData> Ascii =>
    [
        new TestCaseData(new string('x', 100_000)).SetArgDisplayNames("one line"), new TestCaseData(new string('\n', 25_000)).SetArgDisplayNames("line ends"),
    ];

    /// <summary>Those, and characters of several bytes, which a cut must not part.</summary>
    public static IEnumerable<TestCaseData> All => [.. Ascii, new TestCaseData(new string('\u00e4', 60_000)).SetArgDisplayNames("not ASCII")];
}

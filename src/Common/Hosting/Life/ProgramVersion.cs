namespace Sidecars.Hosting;

/// <summary>
/// What a program says of itself with <c>--version</c> and in its first line: its number, and behind a plus the commit that last changed what it is made of,
/// where it was published from a checkout without other changes. What goes over the wire names the number alone.
/// </summary>
public static class ProgramVersion
{
    /// <summary>The name under which publishing writes the commit into the program.</summary>
    internal const string CommitSetting = "Sidecars.Commit";

    private const int Digits = 12;

    /// <param name="number">Such as <c>0.1.0</c>.</param>
    public static string Full(string number) => Full(number, AppContext.GetData(CommitSetting) as string);

    internal static string Full(string number, string? commit) => commit is { Length: >= Digits } ? $"{number}+{commit[..Digits]}" : number;
}

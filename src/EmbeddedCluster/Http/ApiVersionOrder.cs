using System.Globalization;
using System.Text.RegularExpressions;

namespace Sidecars.EmbeddedCluster;

/// <summary>Orders API versions as discovery prefers them: stable above beta above alpha, higher numbers above lower.</summary>
internal sealed partial class ApiVersionOrder : IComparer<string>
{
    public static readonly ApiVersionOrder Instance = new();

    public int Compare(string? x, string? y) => Rank(x ?? "").CompareTo(Rank(y ?? ""));

    private static (int Stability, int Major, int Minor, string Text) Rank(string version)
    {
        if (Shape().Match(version) is not { Success: true } match) return (0, 0, 0, version);
        var stability = match.Groups[2].Value switch
        {
            "" => 3,
            "beta" => 2,
            _ => 1,
        };
        return (stability, Number(match.Groups[1].Value), Number(match.Groups[3].Value), "");
    }

    private static int Number(string text) => text.Length == 0 ? 0 : int.Parse(text, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^v([0-9]{1,6})(?:(alpha|beta)([0-9]{1,6}))?\z")]
    private static partial Regex Shape();
}

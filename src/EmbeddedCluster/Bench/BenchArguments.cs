using System.Globalization;

namespace Sidecars.EmbeddedCluster;

/// <summary>The size of a speed measurement.</summary>
internal sealed record BenchArguments
{
    public int Seconds { get; private set; } = 10;

    public int Objects { get; private set; } = 20_000;

    public int Watches { get; private set; } = 20;

    public int Writers { get; private set; } = 16;

    /// <summary>Null when the arguments make no sense.</summary>
    public static BenchArguments? Parse(string[] args)
    {
        var parsed = new BenchArguments();
        if (args.Length % 2 != 0) return null;
        for (var i = 0; i < args.Length; i += 2)
        {
            if (!int.TryParse(args[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out var value)) return null;
            switch (args[i])
            {
                case "--seconds":
                    parsed.Seconds = value;
                    break;
                case "--objects":
                    parsed.Objects = value;
                    break;
                case "--watches":
                    parsed.Watches = value;
                    break;
                case "--writers":
                    parsed.Writers = value;
                    break;
                default:
                    return null;
            }
        }
        return parsed;
    }
}

using System.Globalization;

namespace Sidecars.Playground;

/// <summary>Something that happened, and how long after the start of the run; written the same way wherever it is shown.</summary>
internal sealed record News(TimeSpan At, string Text)
{
    /// <summary>The columns of the time.</summary>
    public const int TimeWidth = 11;

    public override string ToString() => $"[{At.TotalSeconds.ToString("F2", CultureInfo.InvariantCulture),7}s] {ShortNames.Of(Text)}";
}

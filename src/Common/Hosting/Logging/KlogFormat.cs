namespace Sidecars.Hosting.Logging;

/// <summary>The two line formats of <c>--logging-format</c> (common contract 2.2 and 2.3).</summary>
public enum KlogFormat
{
    /// <summary>A header, the quoted message and key=value pairs.</summary>
    Text,

    /// <summary>One JSON object per line.</summary>
    Json,
}

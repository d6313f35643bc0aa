namespace Sidecars.EmbeddedCluster.Tests;

/// <summary>How long a test waits for something that is bound to happen.</summary>
internal static class TestLimits
{
    public static readonly TimeSpan Wait = TimeSpan.FromSeconds(30);
}

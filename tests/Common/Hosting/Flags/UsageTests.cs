using Sidecars.Hosting.Flags;

namespace Sidecars.Hosting.Tests.Flags;

[TestFixture]
internal sealed class UsageTests
{
    [Test]
    public void Go_usage_is_laid_out_like_the_original()
    {
        Assert.That(Example(FlagDialect.GoFlag).Usage(), Is.EqualTo(
            "Usage of prog:\n" +
            "  -address listen\n    \tWhere to listen.\n    \tTwo lines. (default \"/run\")\n" +
            "  -b\tShort.\n" +
            "  -feature-gates value\n    \tGates.\n" +
            "  -on\n    \tSwitch. (default true)\n" +
            "  -qps float\n    \tRate. (default 5)\n" +
            "  -timeout duration\n    \tLimit. (default 1m0s)\n" +
            "  -zero int\n    \tNothing.\n"));
    }

    [Test]
    public void Pflag_usage_is_laid_out_like_the_original()
    {
        Assert.That(Example(FlagDialect.Pflag).Usage(), Is.EqualTo(
            "Usage of prog:\n" +
            "      --address listen                Where to listen.\n" +
            "                                      Two lines. (default \"/run\")\n" +
            "  -b, --b                             Short.\n" +
            "      --feature-gates mapStringBool   Gates.\n" +
            "      --on                            Switch. (default true)\n" +
            "      --qps float                     Rate. (default 5)\n" +
            "      --timeout duration              Limit. (default 1m0s)\n" +
            "      --zero int                      Nothing.\n"));
    }

    private static FlagSet Example(FlagDialect dialect)
    {
        var flags = new FlagSet("prog", dialect);
        flags.Duration("timeout", TimeSpan.FromMinutes(1), "Limit.");
        flags.String("address", "/run", "Where to `listen`.\nTwo lines.");
        flags.Bool("b", false, "Short.", 'b');
        flags.Bool("on", true, "Switch.");
        flags.Float("qps", 5, "Rate.");
        flags.Int("zero", 0, "Nothing.");
        flags.FeatureGates("feature-gates", "Gates.");
        return flags;
    }
}

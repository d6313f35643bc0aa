namespace Sidecars.Hosting.Flags;

/// <summary>The two command line grammars of the originals (common contract 1.1).</summary>
public enum FlagDialect
{
    /// <summary>Go's own: one dash or two, parsing stops at the first word that is no flag.</summary>
    GoFlag,

    /// <summary>POSIX style: long flags need two dashes, one-letter flags may be bundled, words and flags may be mixed.</summary>
    Pflag,
}

namespace Sidecars.Kubernetes.Leading;

/// <summary>Names and times of a leader election (common contract 6.1). That the times fit together is checked with the flags.</summary>
public sealed record LeaderElectionOptions
{
    /// <summary>Name of the lease, sanitised.</summary>
    public required string LeaseName { get; init; }

    /// <summary>Namespace of the lease.</summary>
    public required string Namespace { get; init; }

    /// <summary>Who we are; see <see cref="LeaderIdentity"/>.</summary>
    public required string Identity { get; init; }

    /// <summary>How long a leader may be silent before another one takes over.</summary>
    public TimeSpan LeaseDuration { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a leader tries to renew before it gives up.</summary>
    public TimeSpan RenewDeadline { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Pause between two tries.</summary>
    public TimeSpan RetryPeriod { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Labels put on the lease by its holder.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>Most a pause between two tries of a candidate is stretched.</summary>
    internal const double JitterFactor = 1.2;

    /// <summary>Makes a text fit for a lease name or identity: what is not a letter, digit or dash becomes a dash.</summary>
    public static string Sanitise(string text)
    {
        var clean = string.Create(text.Length, text, static (span, source) =>
        {
            for (var i = 0; i < span.Length; i++) span[i] = char.IsAsciiLetterOrDigit(source[i]) ? source[i] : '-';
        });
        return clean.EndsWith('-') ? clean + "X" : clean;
    }
}

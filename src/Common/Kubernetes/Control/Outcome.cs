namespace Sidecars.Kubernetes.Control;

/// <summary>What became of one attempt at an item.</summary>
public enum OutcomeKind
{
    /// <summary>Nothing left to do until something changes.</summary>
    Done,

    /// <summary>Well so far; look again after a while.</summary>
    After,

    /// <summary>Failed; try again with back-off.</summary>
    Retry,
}

/// <summary>
/// The result of one attempt at an item, as a value. There is no "again at once": back-off is for errors, and waiting has a
/// time.
/// </summary>
public readonly record struct Outcome
{
    private Outcome(OutcomeKind kind, TimeSpan delay = default, string? reason = null) => (Kind, Delay, Reason) = (kind, delay, reason);

    /// <summary>Which of the three.</summary>
    public OutcomeKind Kind { get; }

    /// <summary>How long to wait, for <see cref="OutcomeKind.After"/>.</summary>
    public TimeSpan Delay { get; }

    /// <summary>What failed, for <see cref="OutcomeKind.Retry"/>; what is waited for, where <see cref="OutcomeKind.After"/> has something to tell.</summary>
    public string? Reason { get; }

    /// <summary>Nothing left to do until something changes.</summary>
    public static Outcome Done => default;

    /// <summary>Look again after <paramref name="delay"/>; <paramref name="reason"/> says what is waited for, where somebody has to know.</summary>
    public static Outcome After(TimeSpan delay, string? reason = null) => new(OutcomeKind.After, delay, reason);

    /// <summary>Try again with back-off; <paramref name="reason"/> says what we did, to what, and what the other side said.</summary>
    public static Outcome Retry(string reason) => new(OutcomeKind.Retry, reason: reason);
}

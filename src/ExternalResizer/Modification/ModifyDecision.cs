namespace Sidecars.ExternalResizer.Modification;

/// <summary>What is to be done about a claim's class of attributes.</summary>
internal enum ModifyStep
{
    Nothing,

    /// <summary>The wish for another class was taken back.</summary>
    Cancel,

    /// <summary>The driver may still be at the target: it is asked for that again, whatever the user wants by now.</summary>
    Continue,

    /// <summary>The class the claim names is to be given to the volume.</summary>
    Begin,
}

/// <summary>
/// Decides by the claim alone which class its volume is to be given next (resizer contract 11.3), as a pure function. A target that may be under way
/// at the driver is kept until the driver has said what became of it, or until it has been waited for long enough.
/// </summary>
/// <param name="Step">What to do.</param>
/// <param name="Class">To which class.</param>
internal readonly record struct ModifyDecision(ModifyStep Step, string Class)
{
    private const string InProgress = "InProgress";

    /// <param name="wanted">The class the claim names; null or empty for none.</param>
    /// <param name="current">The class the volume has.</param>
    /// <param name="target">The class it is on its way to; null where it is on its way to none.</param>
    /// <param name="state">How far that is; null where it is on its way to none.</param>
    /// <param name="isUncertain">Whether the driver may be at it.</param>
    /// <param name="isWaitedFor">Whether it has been waited for long enough where another class is wanted.</param>
    /// <param name="isShown">Whether the claim shows a modification.</param>
    public static ModifyDecision Of(string? wanted, string? current, string? target, string? state, bool isUncertain, bool isWaitedFor, bool isShown)
    {
        var (spec, has) = (wanted ?? "", current ?? "");
        if (state is null && spec == has) return default;
        var isInProgress = state is InProgress;
        if (spec.Length is 0 && !isInProgress) return isShown ? new ModifyDecision(ModifyStep.Cancel, "") : default;
        if (spec.Length is 0) return Continued(target);
        if (isInProgress && isUncertain && !(isWaitedFor && spec != target)) return Continued(target);
        return new ModifyDecision(ModifyStep.Begin, spec);
    }

    // One without a target cannot be continued; nothing of ours writes such a state.
    private static ModifyDecision Continued(string? target) => string.IsNullOrEmpty(target) ? default : new ModifyDecision(ModifyStep.Continue, target);
}

namespace Sidecars.ExternalProvisioner.Claims;

/// <summary>What is known of the driver's work after a failed attempt (provisioner contract 4.6).</summary>
internal enum ProvisionState
{
    /// <summary>The driver certainly does nothing more: if the claim disappears now, nothing is left behind.</summary>
    Finished,

    /// <summary>The driver may still be making the volume: go on until that is known, even if the claim disappears.</summary>
    InBackground,

    /// <summary>The attempt did not get as far as the driver: what was known before is still true.</summary>
    NoChange,

    /// <summary>The driver does nothing more, and cannot make the volume for the selected node: the scheduler is to choose again.</summary>
    Reschedule,

    /// <summary>Somebody else makes the volume, and nothing is wrong.</summary>
    LeftToPopulator,
}

/// <summary>Why an attempt did not make a volume.</summary>
/// <param name="State">What is known of the driver's work.</param>
/// <param name="Message">What the user is told.</param>
/// <param name="IsInfeasible">The driver says the request itself is wrong, so trying again soon is pointless.</param>
internal sealed record ProvisionFailure(ProvisionState State, string Message, bool IsInfeasible = false)
{
    /// <summary>The driver's refusal of this call leaves open what an earlier one has made.</summary>
    public bool LeavesOpen { get; init; }

    /// <summary>The claim is to be filled from something that only its own program knows.</summary>
    public static readonly ProvisionFailure LeftToPopulator = new(ProvisionState.LeftToPopulator, "Assuming an external populator will provision the volume");

    /// <summary>A failure before the driver was asked, by which an earlier call is settled too; null where there is no reason for one.</summary>
    public static ProvisionFailure? FinishedWhere(string? reason) => reason is null ? null : new ProvisionFailure(ProvisionState.Finished, reason);
}

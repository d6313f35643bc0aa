using System.Diagnostics.CodeAnalysis;

namespace Sidecars.Csi;

/// <summary>What one step of <see cref="DriverStart"/> came to: a value or a failure, never both, never neither.</summary>
public readonly struct DriverStartResult<T> where T : class
{
    private DriverStartResult(T? value, DriverStartFailure? failure) => (Value, Failure) = (value, failure);

    /// <summary>What was learnt; null where the step failed.</summary>
    public T? Value { get; }

    /// <summary>Why nothing was learnt; null on success.</summary>
    public DriverStartFailure? Failure { get; }

    /// <summary>Whether there is a value.</summary>
    [MemberNotNullWhen(true, nameof(Value)), MemberNotNullWhen(false, nameof(Failure))]
    public bool IsOk => Failure is null;

    /// <summary>A success.</summary>
    public static implicit operator DriverStartResult<T>(T value) => new(value, null);

    /// <summary>A failure.</summary>
    public static implicit operator DriverStartResult<T>(DriverStartFailure failure) => new(null, failure);
}

/// <summary>Why a sidecar cannot begin with its driver. The step decides the exit code, which is each program's own.</summary>
/// <param name="Step">Where it ended.</param>
/// <param name="Reason">What was asked of whom, and what came back; fit for the log.</param>
public sealed record DriverStartFailure(DriverStartStep Step, string Reason);

/// <summary>The steps of <see cref="DriverStart"/>.</summary>
public enum DriverStartStep
{
    /// <summary>The address cannot be read.</summary>
    Address,

    /// <summary>Nobody listens there.</summary>
    Connection,

    /// <summary>The driver answered a probe with an error.</summary>
    Probe,

    /// <summary>The driver did not say its name.</summary>
    Name,

    /// <summary>The driver did not say what it can do.</summary>
    Capabilities,

    /// <summary>The driver did not say on which node it runs.</summary>
    Node,
}

/// <summary>What the driver said that it can do.</summary>
/// <param name="Plugin">As a whole.</param>
/// <param name="Controller">Its controller service; empty where it has none.</param>
public sealed record DriverCapabilities(PluginCapabilities Plugin, ControllerCapabilities Controller);

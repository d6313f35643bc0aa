using Sidecars.ExternalSnapshotter.Contents;

namespace Sidecars.ExternalSnapshotter.Requests;

/// <summary>The secret of a call, none of it where none is named, or why it is not to be had. Exactly one of the two is there.</summary>
/// <param name="Values">What goes with the call.</param>
/// <param name="Error">Why the call cannot be made.</param>
internal readonly record struct SecretValues(IReadOnlyDictionary<string, string>? Values, Obstacle? Error)
{
    /// <summary>No secret is named.</summary>
    public static SecretValues None { get; } = new(new Dictionary<string, string>(), null);

    public static implicit operator SecretValues(Obstacle error) => new(null, error);
}

namespace Sidecars.ClusterDriverRegistrar.Registration;

/// <summary>
/// A right that the service account may lack, as it does with the original's role. Where it was refused it is used again only now and then: it
/// may have been granted meanwhile, and a request that is known to be refused helps nobody.
/// </summary>
internal sealed class OptionalRight
{
    /// <summary>How often the use of a right that was refused is left out.</summary>
    internal const int LeftOut = 9;

    private int _toLeaveOut;

    /// <summary>It was refused when it was used last.</summary>
    public bool IsMissing { get; private set; }

    /// <summary>Whether to use it this time. To be asked once each time.</summary>
    public bool TakeTurn() => !IsMissing || _toLeaveOut-- == 0;

    /// <summary>It was used; true where it has turned out to be missing, and was not known to be.</summary>
    public bool Used(bool wasRefused)
    {
        var isNew = wasRefused && !IsMissing;
        (IsMissing, _toLeaveOut) = (wasRefused, LeftOut);
        return isNew;
    }
}

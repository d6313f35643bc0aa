namespace Sidecars.Hosting.Logging;

/// <summary>
/// A Kubernetes object as it appears in logs and messages: <c>namespace/name</c>, or only the name of a cluster-scoped object. In
/// JSON logs it becomes an object with the two fields. It is a value and is written without making a string.
/// </summary>
/// <param name="Namespace">The namespace, empty or null for a cluster-scoped object.</param>
/// <param name="Name">The object's name.</param>
public readonly record struct ObjectRef(string? Namespace, string Name) : ISpanFormattable
{
    /// <summary>A cluster-scoped object.</summary>
    public ObjectRef(string name) : this(null, name)
    {
    }

    /// <inheritdoc/>
    public override string ToString() => string.IsNullOrEmpty(Namespace) ? Name : $"{Namespace}/{Name}";

    /// <inheritdoc/>
    public string ToString(string? format, IFormatProvider? formatProvider) => ToString();

    /// <inheritdoc/>
    public bool TryFormat(Span<char> destination, out int charsWritten, ReadOnlySpan<char> format, IFormatProvider? provider) =>
        string.IsNullOrEmpty(Namespace)
            ? destination.TryWrite($"{Name}", out charsWritten)
            : destination.TryWrite($"{Namespace}/{Name}", out charsWritten);
}

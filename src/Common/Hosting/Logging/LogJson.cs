namespace Sidecars.Hosting.Logging;

/// <summary>
/// A value that already is one line of valid JSON and is printed as it stands in both formats, for example a sanitised request. The
/// text is made only when the line is really written.
/// </summary>
/// <param name="Text">Makes the JSON.</param>
public readonly record struct LogJson(Func<string> Text)
{
    /// <inheritdoc/>
    public override string ToString() => Text();
}

namespace Sidecars.Hosting.Logging;

/// <summary>
/// The one-line text of an exception: its message and those of its causes, outermost first, each unless the text before already says
/// it. Types are left out, as the messages are written for operators.
/// </summary>
public static class ErrorText
{
    /// <summary>The text; the type's name where there is no message at all.</summary>
    public static string Of(Exception error)
    {
        var text = error.Message.Length > 0 ? error.Message : error.GetType().Name;
        for (var cause = error.InnerException; cause is not null; cause = cause.InnerException)
            if (cause.Message.Length > 0 && !text.Contains(cause.Message, StringComparison.Ordinal)) text = $"{text}: {cause.Message}";
        return text;
    }
}

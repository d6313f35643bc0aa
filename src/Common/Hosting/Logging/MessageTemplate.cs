namespace Sidecars.Hosting.Logging;

/// <summary>
/// The one rule that turns a message template into klog's constant message: everything before the first <c>{</c>, without trailing
/// blanks and joining punctuation. The placeholders become key/value pairs, so a template is a sentence, a colon and its keys:
/// <c>"Attached volume: {PV} {node}"</c> prints <c>"Attached volume" PV="pv-1" node="n1"</c>. Words between placeholders are never
/// printed. <c>{{</c> stands for a brace and ends nothing.
/// </summary>
internal static class MessageTemplate
{
    /// <summary>The key under which the logging library passes the template itself.</summary>
    public const string OriginalFormat = "{OriginalFormat}";

    private const string Joining = " :,;=([-.";

    public static Range Constant(string template)
    {
        var end = FirstPlaceholder(template);
        // A sentence without placeholders is printed as it was written.
        return end < 0 ? Range.All : 0..template.AsSpan(0, end).TrimEnd(Joining).Length;
    }

    private static int FirstPlaceholder(string template)
    {
        for (var i = 0; i < template.Length; i++)
        {
            if (template[i] != '{') continue;
            if (i + 1 == template.Length || template[i + 1] != '{') return i;
            i++;
        }
        return -1;
    }
}

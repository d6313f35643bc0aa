using Sidecars.Hosting;

namespace Sidecars.ExternalAttacher.Patches;

/// <summary>Texts that go to the API server, which refuses a whole patch because of one that is too long.</summary>
internal static class ApiText
{
    /// <summary>Most bytes of an attach or detach error (attacher contract 8.1).</summary>
    public const int LongestError = 1024;

    /// <summary>The text, or as much of its beginning as the server takes.</summary>
    public static string Cut(string text, int bytes = LongestError) => Utf8Text.Cut(text, bytes);
}

namespace Sidecars.Tests.Support;

/// <summary>
/// A new directory that is gone after the test. Its path is short, because a Unix socket inside it may have 107 bytes in all, wherever the
/// test's own directory is.
/// </summary>
public sealed class TemporaryDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("csi").FullName;

    /// <summary>The path of a file in it; the file is not created.</summary>
    public string File(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose()
    {
        if (Directory.Exists(Path)) Directory.Delete(Path, recursive: true);
    }
}

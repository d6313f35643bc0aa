namespace Sidecars.Hosting.Logging;

/// <summary>Lays one entry out as a whole line, line feed included.</summary>
internal interface IKlogFormatter
{
    void Write(KlogEntry entry, Utf8Line line);
}

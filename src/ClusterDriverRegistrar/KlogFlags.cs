using System.Globalization;
using Sidecars.Hosting.Flags;

namespace Sidecars.ClusterDriverRegistrar;

/// <summary>
/// The logging flags of the original's time (registrar contract A2), accepted so that its manifests start. The log goes to stderr whatever
/// they say, as a container's should.
/// </summary>
internal sealed class KlogFlags
{
    private static readonly string[] s_severities = ["INFO", "WARNING", "ERROR", "FATAL"];

    private readonly Flag<bool> _toStderr;
    private readonly Flag<string>[] _files;

    public KlogFlags(FlagSet flags)
    {
        const string accepted = " Accepted for compatibility; the log goes to stderr.";
        _toStderr = flags.Bool("logtostderr", true, "Log to stderr instead of files." + accepted);
        flags.Bool("alsologtostderr", false, "Log to stderr as well as files." + accepted);
        flags.Bool("skip_headers", false, "No header in front of log lines." + accepted);
        flags.String("stderrthreshold", "2", "Severity from which lines go to stderr." + accepted, NoSeverity);
        flags.String("log_backtrace_at", "", "Place in the code whose lines carry a stack trace, as file.go:234." + accepted, NoPlace);
        _files = [flags.String("log_dir", "", "Directory of log files." + accepted), flags.String("log_file", "", "A log file." + accepted)];
    }

    private static string? NoSeverity(string text) =>
        s_severities.Contains(text, StringComparer.OrdinalIgnoreCase) || int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _)
            ? null
            : $"expected a number or one of {string.Join(", ", s_severities)}";

    private static string? NoPlace(string text)
    {
        var parts = text.Split(':');
        var isPlace = parts.Length is 2 && parts[0].Contains('.', StringComparison.Ordinal) && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var line) && line > 0;
        return text.Length is 0 || isPlace ? null : "expected a place such as file.go:234";
    }

    public IEnumerable<string> WithoutEffect()
    {
        if (!_toStderr.Value) yield return "--logtostderr=false has no effect: the log goes to stderr";
        foreach (var file in _files)
            if (file.Value.Length > 0) yield return $"--{file.Name}={file.Value} has no effect: the log goes to stderr";
    }
}

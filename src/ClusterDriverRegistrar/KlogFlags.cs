using Sidecars.Hosting.Flags;

namespace Sidecars.ClusterDriverRegistrar;

/// <summary>
/// The logging flags of the original's time (registrar contract A2), accepted so that its manifests start. The log goes to stderr whatever
/// they say, as a container's should.
/// </summary>
internal sealed class KlogFlags
{
    private readonly Flag<bool> _toStderr;
    private readonly Flag<string>[] _files;

    public KlogFlags(FlagSet flags)
    {
        const string accepted = " Accepted for compatibility; the log goes to stderr.";
        _toStderr = flags.Bool("logtostderr", true, "Log to stderr instead of files." + accepted);
        flags.Bool("alsologtostderr", false, "Log to stderr as well as files." + accepted);
        flags.Bool("skip_headers", false, "No header in front of log lines." + accepted);
        flags.String("stderrthreshold", "2", "Severity from which lines go to stderr." + accepted);
        flags.String("log_backtrace_at", "", "Place in the code whose lines carry a stack trace." + accepted);
        _files = [flags.String("log_dir", "", "Directory of log files." + accepted), flags.String("log_file", "", "A log file." + accepted)];
    }

    public IEnumerable<string> WithoutEffect()
    {
        if (!_toStderr.Value) yield return "--logtostderr=false has no effect: the log goes to stderr";
        foreach (var file in _files)
            if (file.Value.Length > 0) yield return $"--{file.Name}={file.Value} has no effect: the log goes to stderr";
    }
}

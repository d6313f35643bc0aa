using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Sidecars.Tests.Support;

/// <summary>
/// A published native program as a child process: found in <c>artifacts/native</c> of the repository, run with its output captured line by line,
/// signalled as a container runtime would, and gone when the test is over.
/// </summary>
public sealed partial class PublishedProgram : IAsyncDisposable
{
    private const int SigInt = 2;
    private const int SigTerm = 15;
    private const int OpenFiles = 7; // RLIMIT_NOFILE
    private const int Nobody = 65534;
    private const string Unshare = "/usr/bin/unshare";
    private const UnixFileMode OpenToAll = (UnixFileMode)0x1ED; // 0755

    private readonly Process _process;
    private readonly OutputLines _error = new();
    private readonly OutputLines _output = new();
    private readonly TaskCompletionSource _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private PublishedProgram(Process process) => _process = process;

    public string Name => Path.GetFileName(_process.StartInfo.FileName);
    public int Id => _process.Id;
    public bool HasExited => _process.HasExited;
    public IReadOnlyList<string> ErrorLines => _error.Snapshot();
    public IReadOnlyList<string> OutputLines => _output.Snapshot();

    /// <summary>The exit code, null while it runs. A program ended by signal n has 128 + n.</summary>
    public int? ExitCode => _process.HasExited ? _process.ExitCode : null;

    /// <summary>The path a program is published to; the file need not exist.</summary>
    public static string PathOf(string name)
    {
        var native = Path.Combine(RepositoryRoot(), "artifacts", "native", name);
        return Directory.Exists(native) ? Path.Combine(native, name) : native;
    }

    /// <summary>The path of a program that is built for the tests alone; the file need not exist.</summary>
    public static string ToolOf(string name) => Path.Combine(RepositoryRoot(), "artifacts", "tools", name);

    /// <summary>Whether the program has been published.</summary>
    public static bool Exists(string name) => File.Exists(PathOf(name));

    /// <summary>Starts a program by its name. The child has our environment and, above it, what is given.</summary>
    public static PublishedProgram Start(string name, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        var path = PathOf(name);
        if (!File.Exists(path)) throw new FileNotFoundException($"{name} is not published: there is no {path}", path);
        return StartFile(path, arguments, environment);
    }

    /// <summary>Starts an executable by its path.</summary>
    public static PublishedProgram StartFile(string path, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        Interrupts.LetChildrenTakeThem();
        var start = new ProcessStartInfo(path, arguments) { RedirectStandardError = true, RedirectStandardOutput = true, RedirectStandardInput = true };
        // Whoever runs the tests may work on a real cluster; a program must not find it there.
        start.Environment.Remove("KUBECONFIG");
        foreach (var (key, value) in environment ?? new Dictionary<string, string>()) start.Environment[key] = value;
        var program = new PublishedProgram(new Process { StartInfo = start });
        program._process.ErrorDataReceived += (_, e) => program._error.Add(e.Data);
        program._process.OutputDataReceived += (_, e) => program._output.Add(e.Data);
        program._process.EnableRaisingEvents = true;
        program._process.Exited += (_, _) => program._exited.TrySetResult();
        program._process.Start();
        program._process.StandardInput.Close();
        program._process.BeginErrorReadLine();
        program._process.BeginOutputReadLine();
        return program;
    }

    /// <summary>Starts a program with limits of the shell's <c>ulimit</c>, such as <c>-S -n 1024</c>.</summary>
    public static PublishedProgram StartLimited(string name, string limits, IEnumerable<string> arguments) =>
        StartFile("/bin/sh", ["-c", $"ulimit {limits} && exec \"$0\" \"$@\"", PathOf(name), .. arguments]);

    /// <summary>Starts a program as the user nobody, who may read and run it wherever the repository is. Its arguments must lead to where nobody may go.</summary>
    public static PublishedProgram StartAsNobody(string name, TemporaryDirectory directory, IEnumerable<string> arguments)
    {
        if (!Environment.IsPrivilegedProcess) return Start(name, arguments); // we are no better than nobody
        var copy = directory.File(name);
        File.Copy(PathOf(name), copy);
        foreach (var path in (string[])[directory.Path, copy]) File.SetUnixFileMode(path, OpenToAll);
        return StartFile("/usr/bin/setpriv", [$"--reuid={Nobody}", $"--regid={Nobody}", "--clear-groups", copy, .. arguments]);
    }

    /// <summary>
    /// Starts a program that finds a folder where a pod finds the files of its service account. Only root may; see <see cref="CanStartInPod"/>.
    /// </summary>
    public static PublishedProgram StartInPod(string name, string serviceAccount, IEnumerable<string> arguments, IReadOnlyDictionary<string, string> environment)
    {
        const string mounts = "mount -t tmpfs none /var/run && mkdir -p \"$0\" && mount --bind \"$1\" \"$0\" && shift && exec \"$@\"";
        return StartFile(Unshare, ["--mount", "/bin/sh", "-c", mounts, "/var/run/secrets/kubernetes.io/serviceaccount", serviceAccount, PathOf(name), .. arguments], environment);
    }

    /// <summary>Whether we may give a program mounts of its own.</summary>
    public static bool CanStartInPod()
    {
        if (!Environment.IsPrivilegedProcess || !File.Exists(Unshare)) return false;
        using var trial = Process.Start(new ProcessStartInfo(Unshare, ["--mount", "mount", "-t", "tmpfs", "none", "/var/run"]) { RedirectStandardError = true })!;
        return trial.WaitForExit(TestTimeouts.Limit) && trial.ExitCode is 0;
    }

    /// <summary>Lets it open no descriptor of this number or above; what it has open stays open.</summary>
    public unsafe void LimitDescriptors(ulong most)
    {
        ResourceLimit limit;
        if (ResourceLimits(_process.Id, OpenFiles, null, &limit) == 0)
        {
            limit.Soft = most;
            if (ResourceLimits(_process.Id, OpenFiles, &limit, null) == 0) return;
        }
        throw new InvalidOperationException($"prlimit failed with {Marshal.GetLastPInvokeError()}");
    }

    /// <summary>The first line on standard error, past or to come, that satisfies the condition.</summary>
    public Task<string> WaitForErrorLine(Func<string, bool> condition) => _error.WaitFor(condition).WithinLimit();

    /// <summary>The first line on standard output, past or to come, that satisfies the condition.</summary>
    public Task<string> WaitForOutputLine(Func<string, bool> condition) => _output.WaitFor(condition).WithinLimit();

    /// <summary>Completes when the program ended, whatever the reason; it never fails.</summary>
    public Task Exited => _exited.Task;

    /// <summary>The exit code, once the program ended and all it wrote has been read.</summary>
    public async Task<int> WaitForExit(TimeSpan? limit = null)
    {
        await _process.WaitForExitAsync().WithinLimit(limit);
        return _process.ExitCode;
    }

    /// <summary>Asks it to end, as the kubelet does.</summary>
    public void Terminate() => Signal(SigTerm);

    /// <summary>Asks it to end, as a terminal does.</summary>
    public void Interrupt() => Signal(SigInt);

    /// <summary>Ends it without a chance to do anything.</summary>
    public void Kill()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
    }

    public async ValueTask DisposeAsync()
    {
        Kill();
        await _process.WaitForExitAsync().WithinLimit();
        _process.Dispose();
    }

    private void Signal(int signal)
    {
        if (!_process.HasExited) _ = SendSignal(_process.Id, signal);
    }

    private static string RepositoryRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Sidecars.sln"))) return folder.FullName;
        throw new DirectoryNotFoundException($"no folder above {AppContext.BaseDirectory} has a Sidecars.sln");
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int process, int signal);

    [LibraryImport("libc", EntryPoint = "prlimit", SetLastError = true)]
    private static unsafe partial int ResourceLimits(int process, int resource, ResourceLimit* limit, ResourceLimit* old);

    private struct ResourceLimit
    {
        public ulong Soft;
        public ulong Hard;
    }
}

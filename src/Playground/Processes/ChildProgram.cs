using System.Diagnostics;
using System.Globalization;

namespace Sidecars.Playground;

/// <summary>
/// A program that runs for as long as the playground does. Its output goes to a log file and what is worth showing of it is kept; it dies with the
/// playground in any case, and disposing it asks it to stop first.
/// </summary>
internal sealed class ChildProgram : IAsyncDisposable
{
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(5);

    private readonly Process _process;
    private readonly StreamWriter _log;
    private readonly Action<string>? _onLine;
    private readonly Lock _gate = new();
    private readonly LogTail _tail = new();
    private readonly TaskCompletionSource _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isDisposed;

    private ChildProgram(string name, string logFile, Process process, StreamWriter log, Action<string>? onLine)
    {
        (Name, LogFile, _process, _log, _onLine) = (name, logFile, process, log, onLine);
        process.EnableRaisingEvents = true;
        process.Exited += (_, _) => _exited.TrySetResult();
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
    }

    public string Name { get; }

    public string LogFile { get; }

    /// <summary>Completes when the program has ended, for whatever reason.</summary>
    public Task Exited => _exited.Task;

    public int? ExitCode => _process.HasExited ? _process.ExitCode : null;

    /// <summary>What is worth showing of what it wrote.</summary>
    public IReadOnlyList<string> Tail => _tail.Lines;

    /// <summary>What it said of rights that its account lacks.</summary>
    public IReadOnlyList<string> MissingRights => _tail.MissingRights;

    /// <summary>Starts a program. <paramref name="onLine"/> is told every line it writes; <paramref name="environment"/> wins over what every program gets.</summary>
    /// <exception cref="FileNotFoundException">There is no such program.</exception>
    public static async Task<ChildProgram> Start(
        string name, string path, IEnumerable<string> arguments, string logFile, Action<string>? onLine = null, IReadOnlyDictionary<string, string>? environment = null)
    {
        if (!File.Exists(path)) throw new FileNotFoundException($"The program {name} is not at {path}.", path);
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "playground"))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add(ChildLauncher.Verb);
        start.ArgumentList.Add(Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        start.ArgumentList.Add(path);
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        // The runtime of the launcher would leave the sockets of its debugger in the temporary folder when it becomes the program.
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        // Flags alone say which cluster is meant.
        start.Environment.Remove("KUBECONFIG");
        start.Environment["NAMESPACE"] = start.Environment["POD_NAMESPACE"] = "default";
        start.Environment["POD_NAME"] = name;
        foreach (var (variable, value) in environment ?? new Dictionary<string, string>()) start.Environment[variable] = value;

        var child = new ChildProgram(name, logFile, new Process { StartInfo = start }, new StreamWriter(logFile, append: true) { AutoFlush = true }, onLine);
        await StarterThread.Run(child._process.Start);
        child._process.StandardInput.Close();
        child._process.BeginOutputReadLine();
        child._process.BeginErrorReadLine();
        return child;
    }

    /// <summary>Ends it without a chance to do anything, and waits until it is gone.</summary>
    public async Task Kill(CancellationToken stop)
    {
        _ = NativeMethods.SendSignal(_process.Id, NativeMethods.SigKill);
        await _exited.Task.WaitAsync(stop);
    }

    public async ValueTask DisposeAsync()
    {
        if (_isDisposed) return;
        _isDisposed = true;
        if (!_process.HasExited)
        {
            _ = NativeMethods.SendSignal(_process.Id, NativeMethods.SigTerm);
            try
            {
                await _exited.Task.WaitAsync(StopLimit, TimeProvider.System);
            }
            catch (TimeoutException)
            {
                _ = NativeMethods.SendSignal(_process.Id, NativeMethods.SigKill);
                await _exited.Task;
            }
        }

        // Whatever it started itself is in its group.
        _ = NativeMethods.SendSignal(-_process.Id, NativeMethods.SigKill);
        await _process.WaitForExitAsync();
        _process.Dispose();
        lock (_gate) _log.Dispose();
    }

    private void Keep(string? line)
    {
        if (line is null) return;
        lock (_gate)
        {
            if (_log.BaseStream is null) return;
            _log.WriteLine(line);
        }

        _tail.Add(line);
        _onLine?.Invoke(line);
    }
}

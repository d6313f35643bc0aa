using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Sidecars.Bench;

/// <summary>
/// A program that is measured, as a process with nothing between it and its log file. Disposing asks it to end, and ends it where it does not.
/// </summary>
internal sealed partial class ProgramUnderTest : IAsyncDisposable
{
    private const int SigTerm = 15;
    private const int LastLines = 3;
    private const int LongLine = 200;

    private static readonly TimeSpan s_timeToEnd = TimeSpan.FromSeconds(10);

    private readonly Process _process;
    private readonly string _log;

    private ProgramUnderTest(Process process, string log) => (_process, _log) = (process, log);

    /// <summary>Completes when the program has ended, for whatever reason.</summary>
    public Task Exited { get; private init; } = Task.CompletedTask;

    /// <summary>Starts a program; its output goes to the log file.</summary>
    public static ProgramUnderTest Start(MeasuredCommand command, IEnumerable<string> more, string log)
    {
        // The shell becomes the program, which thus writes to the file itself and has the process id we know.
        var start = new ProcessStartInfo("/bin/sh") { ArgumentList = { "-c", "exec \"$@\" >\"$0\" 2>&1 </dev/null", log, Path.GetFullPath(command.Path) } };
        foreach (var argument in command.Arguments.Concat(more)) start.ArgumentList.Add(argument);
        // Flags alone say which cluster is meant.
        start.Environment.Remove("KUBECONFIG");
        start.Environment["NAMESPACE"] = start.Environment["POD_NAMESPACE"] = Resource.Namespace;
        start.Environment["POD_NAME"] = command.Name;
        var process = Process.Start(start)!;
        return new ProgramUnderTest(process, log) { Exited = process.WaitForExitAsync() };
    }

    /// <summary>Its figures now; null once it has ended.</summary>
    public ProcessFigures? Read()
    {
        try
        {
            _process.Refresh();
            var cpu = _process.TotalProcessorTime;
            return ProcessFigures.Parse(File.ReadAllText($"/proc/{_process.Id}/status"), cpu);
        }
        catch (Exception gone) when (gone is InvalidOperationException or IOException or Win32Exception)
        {
            return null;
        }
    }

    /// <summary>How it ended, and what it said at first and at last; null while it runs.</summary>
    public string? Ending => _process.HasExited ? $"it ended by itself with {_process.ExitCode}: {Said()}" : null;

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _ = SendSignal(_process.Id, SigTerm);
        try
        {
            await Exited.WaitAsync(s_timeToEnd, TimeProvider.System);
        }
        catch (TimeoutException)
        {
            _process.Kill(entireProcessTree: true);
            await Exited;
        }
        _process.Dispose();
    }

    private string Said()
    {
        var lines = File.ReadAllLines(_log).Select(line => line.Length > LongLine ? line[..LongLine] + "…" : line).ToList();
        return string.Join(" / ", lines.Count > LastLines ? [lines[0], .. lines.TakeLast(LastLines)] : lines);
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int process, int signal);
}

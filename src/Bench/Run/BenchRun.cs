using System.Globalization;
using System.Text.Json;
using Sidecars.Hosting;

namespace Sidecars.Bench;

/// <summary>
/// A whole run: each program in turn, then the figures of all. What was made in a cluster is removed whatever happens; logs are kept only of a run that was
/// not complete.
/// </summary>
internal sealed class BenchRun(BenchOptions options, TextWriter output, TextWriter errors, TimeProvider time)
{
    private static readonly JsonSerializerOptions s_indented = new() { WriteIndented = true };

    private readonly List<RunFigures> _figures = [];

    /// <summary>The exit code.</summary>
    public async Task<int> Run(CancellationToken stop)
    {
        var directory = Directory.CreateTempSubdirectory("sidecar-bench-").FullName;
        var isComplete = false;
        try
        {
            await MeasureAll(directory, stop);
            isComplete = _figures.All(figures => figures.IsComplete);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            errors.WriteLine("stopped; what was made is removed");
        }
        catch (Exception failure) when (failure is ClusterRefusal or IOException or UnauthorizedAccessException)
        {
            errors.WriteLine($"sidecar-bench: {failure.Message}");
        }

        if (_figures.Count > 0)
            output.WriteLine(options.AsJson ? FigureJson.Of(options, _figures).ToJsonString(s_indented) : FigureTable.Of(options.Title, _figures));
        if (isComplete) Directory.Delete(directory, recursive: true);
        else errors.WriteLine($"the logs are in {directory}");
        return isComplete ? ExitCode.Success : ExitCode.Failure;
    }

    /// <summary>An embedded cluster is a new one for each program; one that the user names is emptied of ours between them.</summary>
    private async Task MeasureAll(string directory, CancellationToken stop)
    {
        if (options.Commands.FirstOrDefault(command => !File.Exists(command.Path)) is { } missing)
            throw new FileNotFoundException($"there is no program {missing.Path}; eng/publish.sh makes ours");
        if (options.Kubeconfig is null)
        {
            for (var index = 0; index < options.Commands.Count; index++)
            {
                var own = Directory.CreateDirectory(Path.Combine(directory, index.ToString(CultureInfo.InvariantCulture))).FullName;
                await using var cluster = await BenchCluster.Open(options, own, time, stop);
                await Measure(index, cluster, own, stop);
            }
            return;
        }
        await using var shared = await BenchCluster.Open(options, directory, time, stop);
        for (var index = 0; index < options.Commands.Count; index++)
        {
            if (index > 0) await shared.Clear(stop);
            await Measure(index, shared, directory, stop);
        }
    }

    private async Task Measure(int index, BenchCluster cluster, string directory, CancellationToken stop)
    {
        var command = options.Commands[index];
        var log = Path.Combine(directory, string.Create(CultureInfo.InvariantCulture, $"{index + 1}-{command.Name}.log"));
        _figures.Add(await new Measurement(options, command, cluster, directory, errors.WriteLine, time).Run(log, stop));
    }
}

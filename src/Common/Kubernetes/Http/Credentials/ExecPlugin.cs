using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using Sidecars.Hosting;

namespace Sidecars.Kubernetes.Http.Credentials;

/// <summary>
/// The credential plug-in of a kubeconfig: a program that is run to get a token or a certificate. Here and not by the library, which
/// looks for it beside our own program, gives it no word about the cluster and reads no certificate's end.
/// </summary>
/// <param name="Name">The command as the kubeconfig writes it, to name it in messages.</param>
/// <param name="Path">Where the program is.</param>
/// <param name="ApiVersion">Version of what it is told and of what it writes.</param>
internal sealed record ExecPlugin(string Name, string Path, string ApiVersion)
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(30);

    /// <summary>A credential is a few kilobytes; what is longer is a mistake.</summary>
    private const int LongestOutput = 1024 * 1024;

    public IReadOnlyList<string> Arguments { get; init; } = [];

    public IReadOnlyList<(string Name, string Value)> Environment { get; init; } = [];

    /// <summary>Whether somebody sits at our standard input whom it may ask.</summary>
    public bool IsInteractive { get; init; }

    /// <summary>What it is told of the cluster; null tells nothing.</summary>
    public Func<JsonObject>? Cluster { get; init; }

    /// <summary>Runs it once. Throws <see cref="IOException"/> with a sentence that names it.</summary>
    public async Task<ExecCredential> Run(ExecCredential? before, TimeProvider time)
    {
        // Somebody who types a password takes the time it takes.
        using var limit = new TimeLimit(IsInteractive ? null : s_limit, time, CancellationToken.None);
        try
        {
            using var process = Start();
            try
            {
                if (!IsInteractive) process.StandardInput.Close();
                var (written, said) = (ReadAll(process.StandardOutput.BaseStream, limit.Token), ReadAll(process.StandardError.BaseStream, limit.Token));
                var output = await written;
                var words = await said;
                await process.WaitForExitAsync(limit.Token);
                if (process.ExitCode is not 0) throw Failed($"it ended with {process.ExitCode}{LastLine(words)}");
                return ExecCredential.Parse(output, ApiVersion, before);
            }
            finally
            {
                if (!process.HasExited) process.Kill(entireProcessTree: true);
            }
        }
        catch (OperationCanceledException)
        {
            throw Failed($"it was not done within {s_limit.TotalSeconds:0} s");
        }
        catch (Exception e) when (e is Win32Exception or FormatException or InvalidDataException)
        {
            throw Failed(e.Message);
        }
    }

    private Process Start()
    {
        var start = new ProcessStartInfo(Path, Arguments)
        {
            RedirectStandardInput = !IsInteractive,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in Environment) start.Environment[name] = value;
        start.Environment["KUBERNETES_EXEC_INFO"] = Info();
        return Process.Start(start)!;
    }

    private string Info()
    {
        var spec = new JsonObject { ["interactive"] = IsInteractive };
        if (Cluster is not null) spec["cluster"] = Cluster();
        return new JsonObject { ["kind"] = "ExecCredential", ["apiVersion"] = ApiVersion, ["spec"] = spec }.ToJsonString();
    }

    private IOException Failed(string why) => new($"the credential plug-in \"{Name}\" gave no credentials: {why}");

    private static async Task<ReadOnlyMemory<byte>> ReadAll(Stream stream, CancellationToken cancel)
    {
        var all = new MemoryStream();
        var bytes = new byte[4096];
        while (await stream.ReadAsync(bytes, cancel) is > 0 and var read)
        {
            if (all.Length + read > LongestOutput) throw new InvalidDataException("it writes without end");
            all.Write(bytes, 0, read);
        }
        return all.GetBuffer().AsMemory(0, (int)all.Length);
    }

    // What it says on its standard error is for people, and the last of it says why.
    private static string LastLine(ReadOnlyMemory<byte> words)
    {
        const int enough = 200;
        var line = Encoding.UTF8.GetString(words.Span).TrimEnd().Split('\n')[^1].Trim();
        return line.Length is 0 ? "" : $": {(line.Length > enough ? line[..enough] : line)}";
    }
}

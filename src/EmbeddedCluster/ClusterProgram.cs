using System.Runtime.InteropServices;
using Sidecars.EmbeddedCluster.Controllers;

namespace Sidecars.EmbeddedCluster;

/// <summary>The program: starts a cluster, says where it is, and serves until SIGINT or SIGTERM.</summary>
internal static class ClusterProgram
{
    private const int UsageError = 2;

    public static async Task<int> Run(string[] args, TextWriter output, TextWriter errors)
    {
        var (arguments, wrong) = ClusterArguments.Parse(args);
        if (arguments is null)
        {
            await errors.WriteLineAsync($"{wrong}\n{ClusterArguments.Usage}");
            return UsageError;
        }
        if (arguments.AsksForHelp)
        {
            await output.WriteLineAsync(ClusterArguments.Usage);
            return 0;
        }
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        try
        {
            await using var cluster = await ClusterServer.StartAsync(new ClusterOptions
            {
                Port = arguments.Port,
                AuditLogPath = arguments.AuditLogPath,
                Admission = arguments.UseAdmission ? AdmissionOptions.All : new(),
                UseRbac = arguments.UseRbac,
                UseTls = arguments.UseTls,
                Users = arguments.Users,
                RequestLogLength = 0,
            });
            foreach (var path in arguments.Manifests) await cluster.ApplyManifests(path);
            await using var controllers = arguments.WithControllers ? ClusterControllers.Start(cluster.Storage, new ControllerOptions { Nodes = arguments.Nodes }) : null;
            await cluster.WriteKubeconfig(arguments.KubeconfigPath, arguments.Users.FirstOrDefault()?.Name);
            await output.WriteLineAsync($"{cluster.Url}\nexport KUBECONFIG={arguments.KubeconfigPath}");
            await stopped.Task;
            return 0;
        }
        catch (Exception failure) when (failure is IOException or FormatException or UnauthorizedAccessException)
        {
            await errors.WriteLineAsync($"The cluster could not be started: {failure.Message}");
            return 1;
        }

        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stopped.TrySetResult();
        }
    }
}

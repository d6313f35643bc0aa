using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Connections;
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
            await errors.WriteLineAsync($"{wrong}\nembedded-cluster --help lists the arguments.");
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
        var doing = "";
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
            foreach (var path in arguments.Manifests)
            {
                doing = $"--crds {path}: ";
                await cluster.ApplyManifests(path);
            }
            doing = "";
            await using var controllers = arguments.WithControllers ? ClusterControllers.Start(cluster.Storage, new ControllerOptions { Nodes = arguments.Nodes }) : null;
            doing = $"--kubeconfig {arguments.KubeconfigPath}: ";
            await cluster.WriteKubeconfig(arguments.KubeconfigPath, arguments.Users.FirstOrDefault()?.Name);
            await output.WriteLineAsync($"{cluster.Url}\nexport KUBECONFIG={arguments.KubeconfigPath}");
            await stopped.Task;
            return 0;
        }
        catch (Exception failure) when (failure is IOException or FormatException or UnauthorizedAccessException)
        {
            if (failure.InnerException is AddressInUseException) doing = $"--port {arguments.Port} (left out, it takes a free one): ";
            await errors.WriteLineAsync($"The cluster could not be started: {doing}{failure.Message}");
            return 1;
        }

        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stopped.TrySetResult();
        }
    }
}

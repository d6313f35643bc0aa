using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.Logging.Abstractions;
using Sidecars.Csi;
using Sidecars.Hosting.Files;
using Sidecars.NodeDriverRegistrar.Registration;

namespace Sidecars.NodeDriverRegistrar.Health;

/// <summary>
/// Finds out whether the registration server works, the way the kubelet would: through the file, with a connection of its own, asking GetInfo. All
/// of it has one limit. It says nothing about the driver, nor whether the kubelet has registered it (registrar contract 6).
/// </summary>
internal sealed class SelfCheck(string path, string driver, TimeSpan limit, TimeProvider time)
{
    private static readonly Method<InfoRequest, PluginInfo> s_getInfo = new(
        MethodType.Unary, RegistrationContract.Service, RegistrationContract.GetInfo,
        Marshallers.Create(static (InfoRequest m) => m.ToByteArray(), InfoRequest.Parser.ParseFrom),
        Marshallers.Create(static (PluginInfo m) => m.ToByteArray(), PluginInfo.Parser.ParseFrom));

    private static readonly Metadata s_own = new() { { RegistrationService.SelfCheckHeader, "true" } };

    private readonly CsiCall _calls = new(time);

    public async Task<HealthAnswer> AskAsync(CancellationToken aborted)
    {
        switch (FileIdentity.Read(path, out var error)?.Kind)
        {
            case null:
                return HealthAnswer.Bad($"failed to stat the socket {path}: {error}");
            case FileKind.Missing:
                return HealthAnswer.NoSocket;
            case FileKind.Other:
                return HealthAnswer.Bad($"{path} exists in the filesystem but it's not a socket");
        }
        // Only a path is dialled; what is no path goes through name resolution in the original, and fails there (registrar contract 6).
        if (CsiAddress.Parse(path, out var addressError) is not { IsUnixUrlOrPath: true } address)
            return HealthAnswer.Bad($"error connecting to node-registrar socket {path}: {addressError ?? "not an absolute path"}");
        var began = time.GetTimestamp();
        var (connection, failure) = await NodeConnection.TryConnectAsync(address, limit, null, NullLogger.Instance, time, aborted);
        if (connection is null) return HealthAnswer.Bad($"error connecting to node-registrar socket {path}: {failure!.Reason}");
        using var connected = connection;
        var result = await _calls.InvokeAsync(
            (request, options) => connection.Invoker.AsyncUnaryCall(s_getInfo, null, options.WithHeaders(s_own), request),
            new InfoRequest(), limit - time.GetElapsedTime(began), aborted);
        if (!result.IsOk) return HealthAnswer.Bad($"error getting info from node-registrar socket {path}: {result.Error.Text}");
        return result.Response.Name == driver ? HealthAnswer.Ok : HealthAnswer.Bad($"invalid driver name {result.Response.Name}");
    }
}

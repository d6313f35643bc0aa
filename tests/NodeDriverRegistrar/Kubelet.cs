using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.Logging.Abstractions;
using Sidecars.Csi;
using Sidecars.NodeDriverRegistrar.Registration;
using Sidecars.Tests.Support;

namespace Sidecars.NodeDriverRegistrar.Tests;

/// <summary>The kubelet's calls, made with the platform's HTTP/2 client.</summary>
internal sealed class Kubelet : IDisposable
{
    private static readonly Method<InfoRequest, PluginInfo> s_getInfo = Method(RegistrationContract.GetInfo, InfoRequest.Parser, PluginInfo.Parser);

    private static readonly Method<RegistrationStatus, RegistrationStatusResponse> s_notify =
        Method(RegistrationContract.NotifyRegistrationStatus, RegistrationStatus.Parser, RegistrationStatusResponse.Parser);

    private readonly CsiConnection _connection;

    private Kubelet(CsiConnection connection) => _connection = connection;

    public static async Task<Kubelet> ConnectAsync(string path)
    {
        var options = new CsiConnectionOptions { Address = CsiAddress.Parse(path, out _)!, OnLoss = LossPolicy.Exit };
        return new Kubelet(await CsiConnection.ConnectAsync(options, NullLogger.Instance, TimeProvider.System, CancellationToken.None).WithinLimit());
    }

    public Task<PluginInfo> GetInfo() => _connection.Invoker.AsyncUnaryCall(s_getInfo, null, default, new InfoRequest()).ResponseAsync.WithinLimit();

    public Task<RegistrationStatusResponse> Notify(bool isRegistered, string error = "") => _connection.Invoker
        .AsyncUnaryCall(s_notify, null, default, new RegistrationStatus { PluginRegistered = isRegistered, Error = error }).ResponseAsync.WithinLimit();

    public void Dispose() => _connection.Dispose();

    private static Method<TRequest, TResponse> Method<TRequest, TResponse>(string name, MessageParser<TRequest> requests, MessageParser<TResponse> responses)
        where TRequest : class, IMessage<TRequest> where TResponse : class, IMessage<TResponse> =>
        new(MethodType.Unary, "pluginregistration.Registration", name,
            Marshallers.Create(m => m.ToByteArray(), requests.ParseFrom), Marshallers.Create(m => m.ToByteArray(), responses.ParseFrom));
}

using Microsoft.Extensions.Logging;
using Sidecars.NodeDriverRegistrar.Grpc;
using Sidecars.NodeDriverRegistrar.Http2;
using static Sidecars.NodeDriverRegistrar.Registration.RegistrationContract;

namespace Sidecars.NodeDriverRegistrar.Registration;

/// <summary>
/// What the kubelet calls: it asks who we are and where the driver is, and tells what came of it. It may do so any number of times. A refusal
/// completes <see cref="Refused"/>; ending the process is for whoever awaits that, after the answer is out.
/// </summary>
internal sealed partial class RegistrationService(string driver, string endpoint, ILogger logger)
{
    /// <summary>The header of a registrar's own health check, ours or another's, whose question says nothing about the kubelet.</summary>
    public const string SelfCheckHeader = "x-self-check";

    /// <summary>Characters of the kubelet's words that go into the log; what is said beyond them helps nobody.</summary>
    private const int LongestLoggedError = 8 * 1024;

    private readonly TaskCompletionSource _refused = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _questions;

    /// <summary>How often somebody asked who we are, other than for a health check.</summary>
    public int Questions => Volatile.Read(ref _questions);

    /// <summary>Completes when the kubelet says that it did not register the driver.</summary>
    public Task Refused => _refused.Task;

    public IReadOnlyDictionary<string, GrpcMethod> Methods => new Dictionary<string, GrpcMethod>(StringComparer.Ordinal)
    {
        [PathOf(RegistrationContract.GetInfo)] = GrpcMethods.Unary(InfoRequest.Parser, (head, _) => GetInfo(head)),
        [PathOf(NotifyRegistrationStatus)] = GrpcMethods.Unary(RegistrationStatus.Parser, (_, status) => Notify(status)),
    };

    private PluginInfo GetInfo(RequestHead head)
    {
        if (head.Find(SelfCheckHeader) is null)
        {
            Interlocked.Increment(ref _questions);
            Log.Asked(logger, driver, endpoint);
        }
        return new PluginInfo { Type = PluginType, Name = driver, Endpoint = endpoint, SupportedVersions = { CsiVersion } };
    }

    private RegistrationStatusResponse Notify(RegistrationStatus status)
    {
        if (status.PluginRegistered) Log.Registered(logger, driver);
        else
        {
            Log.NotRegistered(logger, driver, Cut(status.Error).ReplaceLineEndings(" "), RefusalAdvice.For(status.Error, endpoint));
            _refused.TrySetResult();
        }
        return new RegistrationStatusResponse();
    }

    private static string Cut(string error) =>
        error.Length > LongestLoggedError ? $"{error.AsSpan(0, LongestLoggedError)}... ({error.Length} characters)" : error;

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Debug, "The kubelet asks who we are (GetInfo): {driver} {endpoint}")]
        public static partial void Asked(ILogger logger, string driver, string endpoint);

        [LoggerMessage(2, LogLevel.Information, "The kubelet has registered the driver: {driver}")]
        public static partial void Registered(ILogger logger, string driver);

        [LoggerMessage(3, LogLevel.Error, "The kubelet has not registered the driver: {driver} {err} {likelyCause}")]
        public static partial void NotRegistered(ILogger logger, string driver, string err, string likelyCause);
    }
}

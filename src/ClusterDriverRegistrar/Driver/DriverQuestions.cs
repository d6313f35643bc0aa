using Csi.V1;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using Sidecars.Csi;
using Sidecars.Kubernetes.Queueing;
using ControllerRpc = Csi.V1.ControllerServiceCapability.Types.RPC.Types.Type;

namespace Sidecars.ClusterDriverRegistrar.Driver;

/// <summary>
/// Asks the driver who it is and whether its volumes are attached (registrar contract A3, B2). A driver that is not up yet, or slow, is
/// asked again, for as long as the connection lasts; any other refusal is final. A driver without a controller needs no attaching.
/// </summary>
/// <param name="invoker">The connection.</param>
/// <param name="address">Where the driver is, for messages.</param>
/// <param name="attachRequired">What the user says; null asks the driver.</param>
/// <param name="callLimit">Limit of each question.</param>
/// <param name="time">Clock.</param>
/// <param name="log">Log.</param>
internal sealed partial class DriverQuestions(CallInvoker invoker, string address, bool? attachRequired, TimeSpan callLimit, TimeProvider time, ILogger log)
{
    private static readonly TimeSpan s_firstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(10);

    private readonly DriverIdentity _identity = new(invoker, new CsiCall(time), callLimit);

    /// <summary>Completes when the connection is of no more use; without it the connection takes care of itself.</summary>
    public Task? Lost { get; init; }

    /// <summary>The last answer is none of the driver's: the connection was lost, and the questions have to be asked on another.</summary>
    public bool WasCutOff { get; private set; }

    /// <summary>The facts, or an error whose text says what was asked and what came back.</summary>
    public async Task<CsiResult<DriverFacts>> AskAsync(CancellationToken stop)
    {
        const string forName = "for its name (GetPluginInfo)";
        var name = await Patiently(forName, _identity.NameAsync, stop);
        if (!name.IsOk) return Refused(forName, name.Error);
        if (attachRequired is { } said) return new DriverFacts(name.Response, said);

        const string forServices = "what it can do (GetPluginCapabilities)";
        var plugin = await Patiently(forServices, _identity.PluginCapabilitiesAsync, stop);
        // The original never asked this; a driver that has no answer may still have a controller.
        if (WasCutOff) return Refused(forServices, plugin.Error!);
        if (!plugin.IsOk) Log.NoAnswer(log, address, forServices, plugin.Error.Text);
        else if (!new PluginCapabilities(plugin.Response).HasControllerService) return WithoutController(name.Response);

        const string forController = "what its controller can do (ControllerGetCapabilities)";
        var controller = await Patiently(forController, _identity.ControllerCapabilitiesAsync, stop);
        if (controller.IsOk) return new DriverFacts(name.Response, Publishes(controller.Response));
        return controller.Error.Code is StatusCode.Unimplemented ? WithoutController(name.Response) : Refused(forController, controller.Error);
    }

    private CsiError Refused(string question, CsiError error) => CsiError.Local($"asking the driver at {address} {question}: {error.Text}");

    private static bool Publishes(ControllerGetCapabilitiesResponse response) =>
        new ControllerCapabilities(response).Has(ControllerRpc.PublishUnpublishVolume);

    private DriverFacts WithoutController(string name)
    {
        Log.NoController(log, name);
        return new DriverFacts(name, NeedsAttach: false);
    }

    private async Task<CsiResult<T>> Patiently<T>(string question, Func<CancellationToken, Task<CsiResult<T>>> ask, CancellationToken stop) where T : class
    {
        var backoff = new ItemBackoff<string>(s_firstPause, s_longestPause);
        while (true)
        {
            var answer = await ask(stop);
            if (answer.IsOk || answer.Error.Code is not (StatusCode.DeadlineExceeded or StatusCode.Unavailable)) return answer;
            WasCutOff = answer.Error.Code is StatusCode.Unavailable && Lost is { IsCompleted: true };
            if (WasCutOff) return answer;
            var pause = backoff.Next(question);
            Log.NotYet(log, address, question, answer.Error.Text, pause);
            await Task.Delay(pause, time, stop);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The driver does not answer yet, asking again: {address} {question} {err} {retryAfter}")]
        public static partial void NotYet(ILogger logger, string address, string question, string err, TimeSpan retryAfter);

        [LoggerMessage(3, LogLevel.Warning, "The driver has no answer, going on without: {address} {question} {err}")]
        public static partial void NoAnswer(ILogger logger, string address, string question, string err);

        [LoggerMessage(2, LogLevel.Information, "The driver has no controller service, so its volumes need no attaching: {driver}")]
        public static partial void NoController(ILogger logger, string driver);
    }
}

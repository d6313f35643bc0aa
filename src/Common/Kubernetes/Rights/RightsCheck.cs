using System.Text.Json;
using Microsoft.Extensions.Logging;
using Sidecars.Hosting.Metrics;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Json;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.Kubernetes.Rights;

/// <summary>
/// Asks the API server, once at the start, for the rights that the features which are on need (charts contract 3.7). What is missing is a warning with the
/// rule that would grant it, and a series of <c>csi_sidecar_missing_right</c>; the process works on, with what it may do. A server that does
/// not answer such questions is no reason for anything.
/// </summary>
public sealed partial class RightsCheck(ApiClient api, MetricRegistry metrics, ILoggerFactory loggers)
{
    private const string Reviews = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";

    private readonly ILogger _log = loggers.CreateLogger<RightsCheck>();
    private readonly Gauge _missing = metrics.Gauge(
        "csi_sidecar_missing_right", "1 for each right that a feature of this process needs and its account had not got at the start.", "feature", "group", "resource", "verb");

    /// <summary>Ends with the last question, or on <paramref name="stop"/>.</summary>
    public async Task RunAsync(IEnumerable<RequiredRight> rights, CancellationToken stop)
    {
        try
        {
            await Ask(rights, stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The process ends, and nobody wants to know any more.
        }
    }

    private async Task Ask(IEnumerable<RequiredRight> rights, CancellationToken stop)
    {
        foreach (var right in rights.DistinctBy(right => (right.Place, right.Rule(right.Verbs))))
        {
            var answers = await Task.WhenAll(right.Verbs.Select(verb => Ask(right, verb, stop)));
            if (answers.FirstOrDefault(answer => answer.Failure is not null).Failure is { } failure)
            {
                Log.Unknown(_log, failure.ToString());
                return;
            }
            var lacking = answers.Where(answer => !answer.IsAllowed).Select(answer => answer.Verb).ToList();
            if (lacking.Count is 0) continue;
            foreach (var verb in lacking) _missing.With(right.Feature, right.Group, right.Resource, verb).Set(1);
            Log.Missing(_log, right.Feature, right.Place, right.Rule(lacking));
        }
    }

    private async Task<(string Verb, bool IsAllowed, ApiFailure? Failure)> Ask(RequiredRight right, string verb, CancellationToken stop)
    {
        var (resource, subresource) = right.Resource.Split('/') is [var first, var second] ? (first, second) : (right.Resource, null);
        var review = new AccessReview
        {
            Spec = new AccessReviewSpec
            {
                ResourceAttributes = new ResourceAttributes
                {
                    Verb = verb, Group = right.Group, Resource = resource, Subresource = subresource, Namespace = right.Namespace, Name = right.Name,
                },
            },
        };
        var answer = await api.SendAsync(
            HttpMethod.Post, Reviews, KubeJson.Default.AccessReview, JsonSerializer.SerializeToUtf8Bytes(review, KubeJson.Default.AccessReview), MediaTypes.Json, stop, abandon: stop);
        return answer.IsSuccess ? (verb, answer.Value.Status?.Allowed is true, null) : (verb, false, answer.Failure);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "This account lacks a right, and without it there is no {feature}: add the rule to {place} of it {rule}")]
        public static partial void Missing(ILogger logger, string feature, string place, string rule);

        [LoggerMessage(2, LogLevel.Information, "Whether this account has the rights it needs is not known: the API server does not say {err}")]
        public static partial void Unknown(ILogger logger, string err);
    }
}

using System.Text.Json;
using Sidecars.ClusterDriverRegistrar.Objects;
using Sidecars.Hosting;
using Sidecars.Hosting.Flags;

namespace Sidecars.ClusterDriverRegistrar;

/// <summary>
/// The flags that say what stands in the object (registrar contract B1). Only <c>--pod-info-mount</c> is always written; a field whose flag
/// is absent, or empty, is left to the server and to whoever else writes it. The values are checked by the server's own rules before
/// anything is connected.
/// </summary>
internal sealed class SpecFlags
{
    private const string Auto = "auto";
    private const string PodInfoVersion = "v1";
    private const long ShortestTokenSeconds = 600;
    private const long LongestTokenSeconds = 1L << 32;
    private static readonly TimeSpan s_shortestPeriod = TimeSpan.FromSeconds(10);
    private static readonly string[] s_modes = ["Persistent", "Ephemeral"];
    private static readonly string[] s_policies = ["ReadWriteOnceWithFSType", "File", "None"];

    private readonly Flag<string> _attach;
    private readonly Flag<bool> _oldAttach;
    private readonly Flag<bool> _podInfo;
    private readonly Flag<string> _oldPodInfo;
    private readonly Flag<string> _policy;
    private readonly Flag<string> _modes;
    private readonly Flag<bool> _capacity;
    private readonly Flag<bool> _republish;
    private readonly Flag<string> _tokens;
    private readonly Flag<bool> _seLinux;
    private readonly Flag<TimeSpan> _period;
    private readonly Flag<bool> _tokensInSecrets;
    private readonly Flag<bool> _preventScheduling;

    public SpecFlags(FlagSet flags)
    {
        _attach = flags.String("attach-required", Auto, "attachRequired: true, false, or auto, which asks the driver for PUBLISH_UNPUBLISH_VOLUME. Cannot be changed once the object exists.");
        _oldAttach = flags.Bool("driver-requires-attachment", false, "Older name of attach-required; unset leaves it to that flag.");
        _podInfo = flags.Bool("pod-info-mount", false, "podInfoOnMount: whether the driver is told of the pod when it publishes a volume on a node.");
        _oldPodInfo = flags.String("pod-info-mount-version", "", $"Older name of pod-info-mount: {PodInfoVersion} turns it on, empty leaves it to that flag.");
        _policy = flags.String("fs-group-policy", "", $"fsGroupPolicy: {string.Join(", ", s_policies)}; empty leaves it to the server.");
        _modes = flags.String("volume-lifecycle-modes", "",
            $"volumeLifecycleModes: {string.Join(" or ", s_modes)}, or both with a comma; empty leaves it to the server. Cannot be changed once the object exists.");
        _capacity = flags.Bool("storage-capacity", false, "storageCapacity: whether the scheduler goes by the capacity the driver publishes; written only when given.");
        _republish = flags.Bool("requires-republish", false, "requiresRepublish: whether volumes are published again from time to time; written only when given.");
        _tokens = flags.String("token-requests", "", """tokenRequests as in a manifest, in JSON: [{"audience":"vault","expirationSeconds":3600}]; empty leaves it to the server.""");
        _seLinux = flags.Bool("se-linux-mount", false, "seLinuxMount: whether volumes may be mounted with an SELinux context; written only when given.");
        _period = flags.Duration("node-allocatable-update-period", TimeSpan.Zero,
            "nodeAllocatableUpdatePeriodSeconds, as a duration of whole seconds, 10s at least; written only when given.");
        _tokensInSecrets = flags.Bool("service-account-token-in-secrets", false,
            "serviceAccountTokenInSecrets: whether the tokens come among the secrets of a call; needs token-requests, written only when given.");
        _preventScheduling = flags.Bool("prevent-pod-scheduling-if-missing", false,
            "preventPodSchedulingIfMissing: whether pods stay away from nodes without the driver; written only when given.");
    }

    /// <summary>What the user says about attaching; null leaves it to the driver.</summary>
    public bool? AttachRequired =>
        _oldAttach.IsSet && _attach.Value is Auto ? _oldAttach.Value : GoBool.TryParse(_attach.Value, out var asked) ? asked : null;

    /// <summary>Why the server would not take these values, or null.</summary>
    public string? Problem()
    {
        if (_attach.Value is not Auto && !GoBool.TryParse(_attach.Value, out _)) return $"--attach-required must be auto, true or false, it is \"{_attach.Value}\"";
        if (_oldAttach.IsSet && AttachRequired != _oldAttach.Value)
            return $"--attach-required={_attach.Value} and --driver-requires-attachment={Text(_oldAttach.Value)} contradict each other; remove the latter, which is the older name";
        if (PodInfoVersionAsked is not ("" or PodInfoVersion)) return $"--pod-info-mount-version must be {PodInfoVersion} or empty, it is \"{_oldPodInfo.Value}\"";
        if (AsksForPodInfo && _podInfo is { IsSet: true, Value: false })
            return $"--pod-info-mount=false and --pod-info-mount-version={PodInfoVersion} contradict each other; remove the latter, which is the older name";
        if (_policy.Value.Length > 0 && !s_policies.Contains(_policy.Value)) return $"--fs-group-policy must be one of {string.Join(", ", s_policies)}, it is \"{_policy.Value}\"";
        if (Modes is { } modes && modes.FirstOrDefault(mode => !s_modes.Contains(mode)) is { } unknown)
            return $"--volume-lifecycle-modes must name {string.Join(" or ", s_modes)}, or both with a comma, it names \"{unknown}\"";
        if (Modes is { } all && all.Distinct().Count() != all.Length) return $"--volume-lifecycle-modes must name each mode once, it is \"{_modes.Value}\"";
        if (_period.IsSet && (_period.Value < s_shortestPeriod || _period.Value.Ticks % TimeSpan.TicksPerSecond != 0))
            return $"--node-allocatable-update-period must be whole seconds, 10s at least, it is {GoDuration.Format(_period.Value)}";
        if (TokenProblem() is { } tokens) return tokens;
        return _tokensInSecrets.IsSet && Tokens() is not { Count: > 0 }
            ? "--service-account-token-in-secrets needs --token-requests: without a token there is nothing to hand over; give both or none"
            : null;
    }

    /// <summary>What the object is to say. To be asked after <see cref="Problem"/> found nothing.</summary>
    public CsiDriverSpec Wanted(bool attachRequired) => new()
    {
        AttachRequired = attachRequired,
        PodInfoOnMount = _podInfo.Value || AsksForPodInfo,
        VolumeLifecycleModes = Modes,
        StorageCapacity = Given(_capacity),
        FsGroupPolicy = _policy.Value is { Length: > 0 } policy ? policy : null,
        TokenRequests = Tokens(),
        RequiresRepublish = Given(_republish),
        SeLinuxMount = Given(_seLinux),
        NodeAllocatableUpdatePeriodSeconds = _period.IsSet ? (long)_period.Value.TotalSeconds : null,
        ServiceAccountTokenInSecrets = Given(_tokensInSecrets),
        PreventPodSchedulingIfMissing = Given(_preventScheduling),
    };

    // Manifests of that time have the value in quotes that no shell took away.
    private string PodInfoVersionAsked => _oldPodInfo.Value.Trim('"');

    private bool AsksForPodInfo => PodInfoVersionAsked is PodInfoVersion;

    private string[]? Modes => _modes.Value.Length is 0 ? null : _modes.Value.Split(',', StringSplitOptions.TrimEntries);

    private IReadOnlyList<TokenRequest>? Tokens() =>
        _tokens.Value.Length is 0 ? null : JsonSerializer.Deserialize(_tokens.Value, FlagJson.Default.IReadOnlyListTokenRequest);

    private string? TokenProblem()
    {
        try
        {
            var audiences = new HashSet<string>(StringComparer.Ordinal);
            foreach (var request in Tokens() ?? [])
            {
                if (request?.Audience is not { } audience) return "--token-requests: each request is an object with an audience, which may be the empty text";
                if (!audiences.Add(audience)) return $"--token-requests names the audience \"{audience}\" twice; each audience has one token";
                if (request.ExpirationSeconds is { } seconds and (< ShortestTokenSeconds or > LongestTokenSeconds))
                    return $"--token-requests: expirationSeconds of audience \"{audience}\" must be from {ShortestTokenSeconds} to {LongestTokenSeconds}, it is {seconds}";
            }
            return null;
        }
        catch (JsonException e)
        {
            return $"--token-requests cannot be read: {e.Message} It must be a JSON list such as [{{\"audience\":\"vault\",\"expirationSeconds\":3600}}]";
        }
    }

    private static bool? Given(Flag<bool> flag) => flag.IsSet ? flag.Value : null;

    private static string Text(bool value) => value ? "true" : "false";
}

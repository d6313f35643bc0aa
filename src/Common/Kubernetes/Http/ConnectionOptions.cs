using System.Globalization;
using Sidecars.Hosting;

namespace Sidecars.Kubernetes.Http;

/// <summary>
/// How a client's connections are kept: whether they speak HTTP/2, and how soon one is found dead that nobody closed. Without a word
/// from the program the environment decides (common contract 8.2). A client that has less time, as the leader election's has, is made
/// with tighter pings of its own.
/// </summary>
public sealed record ConnectionOptions
{
    private static readonly TimeSpan s_defaultSilence = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_defaultAnswer = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan s_least = TimeSpan.FromSeconds(1); // what the platform takes

    /// <summary>What the environment says, read once.</summary>
    public static ConnectionOptions OfEnvironment { get; } = From(Environment.GetEnvironmentVariable);

    /// <summary>Whether HTTP/2 is asked for; without it no ping finds a dead connection.</summary>
    public bool AllowsHttp2 { get; init; } = true;

    /// <summary>Silence after which the server is sent a ping, a second at least; null sends none.</summary>
    public TimeSpan? PingAfter { get; init; } = s_defaultSilence;

    /// <summary>How long the answer to a ping may take before the connection counts as dead, a second at least.</summary>
    public TimeSpan PingTimeout { get; init; } = s_defaultAnswer;

    /// <summary>How long it may take to reach the server or a proxy.</summary>
    public TimeSpan DialLimit { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long the TLS handshake may take with the server or a proxy, once it is reached.</summary>
    public TimeSpan HandshakeLimit { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>What is not as it should be, to be told in the log.</summary>
    internal IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>
    /// For a client whose one request must get through within a deadline, on a second connection if the first is dead: two seconds of
    /// silence, three for the answer to a ping, four to connect and two to shake hands, of ten, and never longer than usual.
    /// </summary>
    public ConnectionOptions Within(TimeSpan deadline)
    {
        const double silence = 0.2, answer = 0.3, dial = 0.4, handshake = 0.2;
        return this with
        {
            PingAfter = Between(deadline * silence, PingAfter ?? s_defaultSilence),
            PingTimeout = Between(deadline * answer, PingTimeout),
            DialLimit = Between(deadline * dial, DialLimit),
            HandshakeLimit = Between(deadline * handshake, HandshakeLimit),
        };
    }

    /// <summary>
    /// <c>DISABLE_HTTP2</c>, whatever it holds; <c>HTTP2_READ_IDLE_TIMEOUT_SECONDS</c>, of which 0 sends no pings; and
    /// <c>HTTP2_PING_TIMEOUT_SECONDS</c>. What is no number counts as not given, with a warning.
    /// </summary>
    internal static ConnectionOptions From(Func<string, string?> environment)
    {
        var warnings = new List<string>();
        var silence = Seconds("HTTP2_READ_IDLE_TIMEOUT_SECONDS", s_defaultSilence);
        var answer = Seconds("HTTP2_PING_TIMEOUT_SECONDS", s_defaultAnswer);
        return new ConnectionOptions
        {
            AllowsHttp2 = environment("DISABLE_HTTP2") is not { Length: > 0 },
            PingAfter = silence > TimeSpan.Zero ? silence : null,
            PingTimeout = answer > TimeSpan.Zero ? answer : s_defaultAnswer,
            Warnings = warnings,
        };

        TimeSpan Seconds(string variable, TimeSpan unless)
        {
            if (environment(variable) is not { Length: > 0 } text) return unless;
            if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds))
                return seconds < TimeLimit.Longest.TotalSeconds ? TimeSpan.FromSeconds(Math.Max(0, seconds)) : TimeLimit.Longest;
            warnings.Add($"{variable} is no whole number of seconds, using {unless.TotalSeconds:0}: {text}");
            return unless;
        }
    }

    private static TimeSpan Between(TimeSpan wanted, TimeSpan longest) => wanted < s_least ? s_least : wanted > longest ? longest : wanted;
}

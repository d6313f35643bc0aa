namespace Sidecars.NodeDriverRegistrar.Health;

/// <summary>What <c>/healthz</c> answers: an HTTP status and a line of text.</summary>
internal sealed record HealthAnswer(int Status, string Text)
{
    public static HealthAnswer Ok { get; } = new(200, "ok");

    public static HealthAnswer NoSocket { get; } = new(404, "registration socket does not exist");

    public static HealthAnswer Bad(string reason) => new(500, reason);
}

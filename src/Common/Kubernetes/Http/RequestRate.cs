namespace Sidecars.Kubernetes.Http;

/// <summary>How fast a client may send that has a lane of its own: a token bucket (<see cref="RequestThrottle"/>), by the rules of the flags.</summary>
/// <param name="PerSecond">Requests a second; negative or infinite is no limit, 0 the default of the API.</param>
/// <param name="Burst">Requests that may go out at once.</param>
public sealed record RequestRate(double PerSecond, int Burst);

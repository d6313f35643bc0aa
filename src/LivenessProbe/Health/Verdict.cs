namespace Sidecars.LivenessProbe.Health;

/// <summary>The outcome of a check, with the text that the kubelet shows in the pod's event.</summary>
internal sealed record Verdict(CheckResult Result, string Text)
{
    public static Verdict Ok { get; } = new(CheckResult.Ok, "ok");

    public static Verdict NotReady { get; } = new(CheckResult.NotReady, "driver responded but is not ready");
}

namespace Sidecars.Playground;

/// <summary>A step did not come true; the message tells the whole story to the user.</summary>
internal sealed class StepFailed(string message) : Exception(message);

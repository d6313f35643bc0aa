namespace Sidecars.Playground;

/// <summary>An object as the board shows it; <paramref name="Changed"/> grows with every change of any, so that the latest are known.</summary>
internal sealed record BoardObject(string Kind, string Namespace, string Name, string State, int Changed)
{
    public const string GoneState = "gone";

    public bool IsGone => State == GoneState;
}

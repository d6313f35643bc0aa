namespace Sidecars.Playground;

/// <summary>
/// Something that has to come true, how one can see that it has, what can be said while it has not, and the program whose log explains it.
/// </summary>
internal sealed record Step(string Promise, string Program, Func<bool> IsTrue, Func<string> LastSeen);

namespace Sidecars.Playground;

/// <summary>One line of the display, no wider than the terminal.</summary>
internal readonly record struct FrameLine(string Text, Tone Tone);

namespace Sidecars.Bench.Tests.Run;

/// <summary>Asks for the end, as Ctrl-C does, once it is told a line with a certain word.</summary>
internal sealed class StoppingWriter(string word, CancellationTokenSource stop) : StringWriter
{
    public override void WriteLine(string? value)
    {
        base.WriteLine(value);
        if (value?.Contains(word, StringComparison.Ordinal) == true) stop.Cancel();
    }
}

using Sidecars.ExternalAttacher.Volumes;
using Sidecars.Tests.Support;

namespace Sidecars.ExternalAttacher.Tests.Volumes;

internal sealed class NamedGatesTests
{
    private readonly NamedGates _gates = new();

    [Test]
    public async Task One_name_lets_in_one_at_a_time_and_another_name_is_no_concern_of_it()
    {
        var first = await Enter("a");
        var second = _gates.Enter("a", CancellationToken.None).AsTask();
        using (await Enter("b")) Assert.That(second.IsCompleted, Is.False);
        first.Dispose();
        (await second.WithinLimit()).Dispose();
    }

    [Test]
    public async Task A_gate_is_there_only_while_somebody_is_at_it()
    {
        using var stop = new CancellationTokenSource();
        var first = await Enter("a");
        var tired = _gates.Enter("a", stop.Token).AsTask();
        await stop.CancelAsync();
        Assert.That(async () => await tired.WithinLimit(), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(_gates.Count, Is.EqualTo(1));
        first.Dispose();
        Assert.That(_gates.Count, Is.Zero);
        (await Enter("a")).Dispose();
    }

    private Task<IDisposable> Enter(string name) => _gates.Enter(name, CancellationToken.None).AsTask().WithinLimit();
}

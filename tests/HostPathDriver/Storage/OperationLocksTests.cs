using FsCheck;
using FsCheck.Fluent;
using Sidecars.HostPathDriver.Storage;

namespace Sidecars.HostPathDriver.Tests.Storage;

internal sealed class OperationLocksTests
{
    [Test]
    public void Nobody_else_gets_what_is_being_changed()
    {
        var locks = new OperationLocks();
        using (locks.TryChange("a"))
        {
            Assert.Multiple(() =>
            {
                Assert.That(locks.TryChange("a"), Is.Null);
                Assert.That(locks.TryRead("a"), Is.Null);
                Assert.That(locks.TryChange("b"), Is.Not.Null);
            });
        }

        Assert.That(locks.TryChange("a"), Is.Not.Null);
    }

    [Test]
    public void Releasing_twice_releases_once()
    {
        var locks = new OperationLocks();
        var first = locks.TryRead("a");
        using var second = locks.TryRead("a");
        first!.Dispose();
        first.Dispose();
        Assert.That(locks.TryChange("a"), Is.Null);
    }

    [Test]
    public void Any_order_of_taking_and_releasing_keeps_one_changer_or_many_readers() => Check.QuickThrowOnFailure(
        Prop.ForAll<byte[]>(steps =>
        {
            var locks = new OperationLocks();
            var readers = new Stack<IDisposable>();
            IDisposable? changer = null;
            foreach (var step in steps)
            {
                switch (step % 4)
                {
                    case 0:
                        var read = locks.TryRead("a");
                        if (read is not null != changer is null) return false;
                        if (read is not null) readers.Push(read);
                        break;
                    case 1:
                        var change = locks.TryChange("a");
                        if (change is not null != (changer is null && readers.Count == 0)) return false;
                        changer ??= change;
                        break;
                    case 2:
                        if (readers.TryPop(out var reader)) reader.Dispose();
                        break;
                    default:
                        changer?.Dispose();
                        changer = null;
                        break;
                }
            }

            return true;
        }));
}

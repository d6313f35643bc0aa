using Grpc.Core;
using Sidecars.Csi;
using Sidecars.ExternalResizer.Expansion;

namespace Sidecars.ExternalResizer.Tests.Expansion;

/// <summary>What a failed call leaves behind (resizer contract 10), and answers that cannot be.</summary>
internal sealed class ExpandErrorsTests
{
    [TestCase(StatusCode.Cancelled, nameof(FailureKind.Open))]
    [TestCase(StatusCode.DeadlineExceeded, nameof(FailureKind.Open))]
    [TestCase(StatusCode.Unavailable, nameof(FailureKind.Open))]
    [TestCase(StatusCode.ResourceExhausted, nameof(FailureKind.Open))]
    [TestCase(StatusCode.Aborted, nameof(FailureKind.Open))]
    [TestCase(StatusCode.InvalidArgument, nameof(FailureKind.Infeasible))]
    [TestCase(StatusCode.OutOfRange, nameof(FailureKind.Infeasible))]
    [TestCase(StatusCode.NotFound, nameof(FailureKind.Infeasible))]
    [TestCase(StatusCode.FailedPrecondition, nameof(FailureKind.InUse))]
    [TestCase(StatusCode.Internal, nameof(FailureKind.Final))]
    [TestCase(StatusCode.Unknown, nameof(FailureKind.Final))]
    [TestCase(StatusCode.Unimplemented, nameof(FailureKind.Final))]
    [TestCase(StatusCode.AlreadyExists, nameof(FailureKind.Final))]
    [TestCase(StatusCode.PermissionDenied, nameof(FailureKind.Final))]
    public void The_kind_of_an_error(StatusCode code, string kind) => Assert.That(ExpandErrors.KindOf(new CsiError(code, "m")).ToString(), Is.EqualTo(kind));

    [Test]
    public void An_error_of_our_own_leaves_everything_open() => Assert.That(ExpandErrors.KindOf(CsiError.Local("m")), Is.EqualTo(FailureKind.Open));

    [TestCase(0, 5, false)]
    [TestCase(-1, 5, false)]
    [TestCase(4, 5, false)]
    [TestCase(6, 5, true)]
    [TestCase(9, 5, true)]
    [TestCase(0, 0, false)]
    public void A_volume_has_some_size_and_never_shrinks(long answered, long present, bool isPossible) => AssertFaulty(answered, present, has: 1, asked: 6, isPossible);

    [TestCase(5, 5, false)]
    [TestCase(6, 5, true)]
    [TestCase(8, 5, true)]
    public void A_volume_that_was_expanded_has_grown(long answered, long has, bool isPossible) => AssertFaulty(answered, has, has, asked: 8, isPossible);

    private static void AssertFaulty(long answered, long present, long has, long asked, bool isPossible)
    {
        var fault = ExpandErrors.Faulty(answered, present, has, asked);
        Assert.That(fault is null, Is.EqualTo(isPossible));
        if (fault is not null) Assert.That(fault.Text, Does.Contain("invalid capacity").And.Contain($"{answered} bytes"));
    }
}

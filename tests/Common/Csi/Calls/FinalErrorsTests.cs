using Grpc.Core;

namespace Sidecars.Csi.Tests.Calls;

public sealed class FinalErrorsTests
{
    [Test]
    public void Five_codes_leave_open_whether_the_operation_still_runs() => Assert.That(
        Enum.GetValues<StatusCode>().Where(c => !FinalErrors.IsFinal(c)),
        Is.EquivalentTo(new[] { StatusCode.Cancelled, StatusCode.DeadlineExceeded, StatusCode.Unavailable, StatusCode.ResourceExhausted, StatusCode.Aborted }));

    [Test]
    public void For_provisioning_an_exhausted_resource_is_final() => Assert.That(
        Enum.GetValues<StatusCode>().Where(c => !FinalErrors.IsFinalForProvisioning(c)),
        Is.EquivalentTo(new[] { StatusCode.Cancelled, StatusCode.DeadlineExceeded, StatusCode.Unavailable, StatusCode.Aborted }));

    [Test]
    public void A_failure_without_a_status_is_never_final()
    {
        Assert.That(FinalErrors.IsFinal(null), Is.False);
        Assert.That(FinalErrors.IsFinalForProvisioning(null), Is.False);
    }
}

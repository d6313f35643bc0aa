using Grpc.Core;
using Sidecars.ExternalProvisioner.Claims;
using Sidecars.ExternalProvisioner.Volumes;

namespace Sidecars.ExternalProvisioner.Tests.Volumes;

/// <summary>What an error of CreateVolume says of the driver's work (provisioner contract 4.7; 13 number 27).</summary>
internal sealed class VolumeMakerTests
{
    private static readonly StatusCode[] s_inBackground = [StatusCode.Cancelled, StatusCode.DeadlineExceeded, StatusCode.Unavailable, StatusCode.Aborted];

    private static IEnumerable<StatusCode> Errors => Enum.GetValues<StatusCode>().Where(c => c is not StatusCode.OK);

    [Test]
    public void Only_a_driver_without_room_at_a_node_is_for_the_scheduler([ValueSource(nameof(Errors))] StatusCode code, [Values] bool isForNode)
    {
        var expected = code is StatusCode.ResourceExhausted && isForNode ? ProvisionState.Reschedule
            : s_inBackground.Contains(code) ? ProvisionState.InBackground : ProvisionState.Finished;
        Assert.That(VolumeMaker.StateOf(code, isForNode), Is.EqualTo(expected));
    }

    [Test]
    public void An_error_that_is_not_the_drivers_says_nothing_of_its_work([Values] bool isForNode) =>
        Assert.That(VolumeMaker.StateOf(null, isForNode), Is.EqualTo(ProvisionState.InBackground));
}

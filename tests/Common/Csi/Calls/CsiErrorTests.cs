using Grpc.Core;

namespace Sidecars.Csi.Tests.Calls;

public sealed class CsiErrorTests
{
    [Test]
    public void An_error_of_the_driver_reads_as_in_Go()
    {
        var error = CsiError.From(new RpcException(new Status(StatusCode.Cancelled, "stopped by operator")));
        Assert.That(error.Text, Is.EqualTo("rpc error: code = Canceled desc = stopped by operator"));
        Assert.That(error.ToString(), Is.EqualTo(error.Text));
    }

    [Test]
    public void A_deadline_of_our_own_reads_as_in_Go() => Assert.That(
        CsiError.From(new RpcException(new Status(StatusCode.DeadlineExceeded, ""))).Text,
        Is.EqualTo("rpc error: code = DeadlineExceeded desc = context deadline exceeded"));

    [Test]
    public void A_deadline_reported_by_the_driver_keeps_its_words() => Assert.That(
        CsiError.From(new RpcException(new Status(StatusCode.DeadlineExceeded, "backend is slow"))).Message, Is.EqualTo("backend is slow"));

    [Test]
    public void A_failure_of_the_connection_gives_the_innermost_reason()
    {
        var cause = new HttpRequestException("outer", new IOException("cannot connect to the CSI driver at /x", new InvalidOperationException("inner")));
        var error = CsiError.From(new RpcException(new Status(StatusCode.Unavailable, "Error starting gRPC call.", cause)));
        Assert.That(error, Is.EqualTo(new CsiError(StatusCode.Unavailable, "cannot connect to the CSI driver at /x")));
    }

    [Test]
    public void A_failure_that_is_not_of_gRPC_has_no_code()
    {
        var error = CsiError.From(new InvalidOperationException("no such thing"));
        Assert.That(error.Code, Is.Null);
        Assert.That(error.Text, Is.EqualTo("no such thing"));
        Assert.That(error.IsFinal, Is.False);
    }
}

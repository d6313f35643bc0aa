using Grpc.Core;

namespace Sidecars.Csi.Tests.Calls;

public sealed class StatusCodeNamesTests
{
    [Test]
    public void Codes_have_the_names_that_the_Go_programs_print() => Assert.That(
        Enum.GetValues<StatusCode>().Order().Select(c => c.GoName()),
        Is.EqualTo(new[]
        {
            "OK", "Canceled", "Unknown", "InvalidArgument", "DeadlineExceeded", "NotFound", "AlreadyExists", "PermissionDenied", "ResourceExhausted",
            "FailedPrecondition", "Aborted", "OutOfRange", "Unimplemented", "Internal", "Unavailable", "DataLoss", "Unauthenticated",
        }));

    [Test]
    public void An_unknown_code_is_printed_with_its_number() => Assert.That(((StatusCode)42).GoName(), Is.EqualTo("Code(42)"));

    [Test]
    public void A_name_leads_back_to_its_code()
    {
        Assert.That(Enum.GetValues<StatusCode>().Select(c => StatusCodeNames.FromGoName(c.GoName())), Is.EqualTo(Enum.GetValues<StatusCode>()));
        Assert.That(StatusCodeNames.FromGoName("Cancelled"), Is.Null);
    }
}

using Sidecars.ClusterDriverRegistrar.Driver;

namespace Sidecars.ClusterDriverRegistrar.Tests.Driver;

internal sealed class DriverNameTests
{
    [TestCase("csi.example.com", null)]
    [TestCase("a-1.b", null)]
    [TestCase("CSI.example.com", "'C'")]
    [TestCase("csi_example", "'_'")]
    [TestCase("csi..com", "empty part")]
    [TestCase(".csi", "empty part")]
    [TestCase("-csi.com", "begins or ends with '-'")]
    [TestCase("csi.com-", "begins or ends with '-'")]
    [TestCase("a23456789-123456789-123456789-123456789-123456789-123456789-1234", "64 characters")]
    public void A_name_that_cannot_be_an_objects_is_told_with_the_reason(string name, string? reason)
    {
        if (reason is null) Assert.That(DriverName.Problem(name), Is.Null);
        else Assert.That(DriverName.Problem(name), Does.Contain(reason));
    }
}

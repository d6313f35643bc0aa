using Sidecars.NodeDriverRegistrar.Registration;

namespace Sidecars.NodeDriverRegistrar.Tests.Registration;

/// <summary>What the kubelet says, and what is to be made of it.</summary>
internal sealed class RefusalAdviceTests
{
    private const string Prefix = "RegisterPlugin error -- plugin registration failed with err: ";

    [TestCase(Prefix + "rpc error: code = Unavailable desc = connection error: desc = \"transport: Error while dialing: dial unix /var/lib/kubelet/plugins/d/csi.sock: connect: no such file or directory\"", "--root-dir")]
    [TestCase(Prefix + "rpc error: code = Unavailable desc = connection error: desc = \"transport: Error while dialing: dial unix /e: connect: connection refused\"", "--kubelet-registration-path")]
    [TestCase(Prefix + "dial unix /e: connect: permission denied", "mode and owner")]
    [TestCase("RegisterPlugin error -- failed to get plugin info: d.example.com is already registered with version 1.0.0", "second driver pod")]
    [TestCase(Prefix + "error updating CSINode object with CSI driver node info: csinodes.storage.k8s.io \"n\" is forbidden", "CSINode")]
    [TestCase(Prefix + "error updating Node object with CSI driver node info: detected topology value collision: driver reported \"zone\":\"b\" but existing label is \"zone\":\"a\"", "labels")]
    [TestCase(Prefix + "rpc error: code = DeadlineExceeded desc = context deadline exceeded", "in time")]
    [TestCase(Prefix + "rpc error: code = Internal desc = no metadata service", "NodeGetInfo with an error")]
    [TestCase(Prefix + "rpc error: code = Internal desc = metadata service: 403 Forbidden", "NodeGetInfo with an error")]
    [TestCase(Prefix + "rpc error: code = Internal desc = could not read zone label of the node", "NodeGetInfo with an error")]
    [TestCase(Prefix + "rpc error: code = Unknown desc = dial tcp 169.254.169.254:80: connect: connection refused", "NodeGetInfo with an error")]
    [TestCase(Prefix + "rpc error: code = FailedPrecondition desc = instance metadata request timed out", "NodeGetInfo with an error")]
    [TestCase("boom", "unknown")]
    [TestCase("", "unknown")]
    public void The_likely_cause_is_named(string error, string cause) => Assert.That(RefusalAdvice.For(error, "/e"), Does.Contain(cause));

    [Test]
    public void The_path_is_named_as_it_was_given() => Assert.That(RefusalAdvice.For("no such file or directory", "/odd/{0}/p"), Does.Contain("/odd/{0}/p:"));
}

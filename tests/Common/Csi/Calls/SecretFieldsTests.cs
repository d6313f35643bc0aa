using Csi.V1;

namespace Sidecars.Csi.Tests.Calls;

public sealed class SecretFieldsTests
{
    [Test]
    public void The_list_names_exactly_the_fields_that_the_protocol_marks_as_secret()
    {
        var marked = CsiReflection.Descriptor.MessageTypes.SelectMany(All)
            .SelectMany(m => m.Fields.InDeclarationOrder())
            .Where(f => f.GetOptions()?.GetExtension(CsiExtensions.CsiSecret) == true)
            .ToList();

        Assert.That(marked, Has.Count.EqualTo(19));
        Assert.That(SecretFields.Count, Is.EqualTo(19));
        Assert.That(marked.Where(f => !SecretFields.Contains(f.ContainingType.FullName, f.FieldNumber)).Select(f => f.FullName), Is.Empty);
    }

    private static IEnumerable<Google.Protobuf.Reflection.MessageDescriptor> All(Google.Protobuf.Reflection.MessageDescriptor message) =>
        message.NestedTypes.SelectMany(All).Prepend(message);
}

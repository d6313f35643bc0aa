using Microsoft.Extensions.Logging;
using Sidecars.ExternalProvisioner.Claims;
using Sidecars.ExternalProvisioner.Migration;
using Sidecars.ExternalProvisioner.Requests.Parts;
using Sidecars.ExternalProvisioner.Sources;
using Sidecars.ExternalProvisioner.Topology;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Migration;
using Sidecars.Kubernetes.Secrets;

namespace Sidecars.ExternalProvisioner.Requests;

/// <summary>
/// Makes the CreateVolume request of a claim, part by part. The order of the parts is the contract's (provisioner contract 5.1), because the
/// first that fails is the one the user reads. Fetched are the source of the volume, the provisioner's secret and the class of attributes; everything else is computed.
/// </summary>
internal sealed class RequestComposer(IReadOnlyList<IRequestPart> parts)
{
    /// <summary>The parts of every request; a feature adds its own where the contract has it.</summary>
    public static RequestComposer Of(
        DriverFacts driver, ProvisionerOptions options, SourceParts sources, TopologyPart? topology, SecretReader secrets, AttributesClasses attributes, ILoggerFactory loggers) => new(
    [
        sources.Which,
        new AttributesClassPart(options.AttributesClasses, attributes, loggers.CreateLogger<AttributesClassPart>()),
        .. MigrationTargets.Contains(driver.Name) ? [new ClassTranslationPart(driver.Name)] : Array.Empty<IRequestPart>(),
        new AbilitiesPart(driver),
        new FileSystemPart(options.DefaultFsType),
        new SizePart(),
        new AccessModesPart(driver.HasSingleNodeMultiWriter),
        sources.Found,
        .. topology is null ? (IRequestPart[])[] : [topology],
        new SecretsPart(secrets),
        new ParametersPart(options.ExtraCreateMetadata),
        new AttributesPart(driver.Name, attributes),
    ]);

    /// <summary>The draft, complete, or why there is no request.</summary>
    public async Task<(RequestDraft? Request, ProvisionFailure? Failure)> Compose(RequestDraft draft, CancellationToken stop)
    {
        foreach (var part in parts)
        {
            if (await part.Add(draft, stop) is { } failure) return (null, failure);
        }
        return (draft, null);
    }
}

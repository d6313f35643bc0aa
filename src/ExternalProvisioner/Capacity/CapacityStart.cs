using Sidecars.ControllerManager;
using Sidecars.Hosting;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalProvisioner.Capacity;

/// <summary>
/// Finds out, before the process works, whether it can publish capacity and how (provisioner contract 9.3): the namespace, the version of the API, and the
/// owner of the objects. What fails here ends the process with the code of a fatal error, as in the original.
/// </summary>
internal sealed class CapacityStart(CapacityOptions options)
{
    /// <summary>No object can have this name: where the server looks at it at all, it serves the kind.</summary>
    private const string ImpossibleName = "%invalid-name%";

    private static readonly Resource<CsiStorageCapacity> s_beta = Resources.CsiStorageCapacities with { Prefix = "/apis/storage.k8s.io/v1beta1" };

    private CapacitySetup? _found;

    /// <summary>What was found; throws before <see cref="Check"/> has succeeded.</summary>
    public CapacitySetup Found => _found ?? throw new InvalidOperationException("capacity is set up by the check at the start, which did not run");

    public async Task<StartProblem?> Check(StartContext context, CancellationToken stop)
    {
        if (options.Namespace.Length is 0) return Needs("NAMESPACE", "the namespace of the CSIStorageCapacity objects", "metadata.namespace");
        if (options.OwnerLevel >= 0 && options.PodName.Length is 0)
            return Needs("POD_NAME", "the pod whose owner owns the CSIStorageCapacity objects (or set --capacity-ownerref-level=-1)", "metadata.name");

        using var api = context.NewClient(options.Rate);
        var (resource, problem) = await ServedVersion(api, stop);
        if (resource is null) return Fatal(problem!);
        if (options.OwnerLevel < 0)
        {
            _found = new CapacitySetup(options, resource, null);
            return null;
        }
        (var owner, problem) = await new OwnerLookup(api, options.Namespace).Find(options.PodName, options.OwnerLevel, stop);
        if (owner is null) return Fatal(problem!);
        _found = new CapacitySetup(options, resource, owner);
        return null;
    }

    private async Task<(Resource<CsiStorageCapacity>? Resource, string? Problem)> ServedVersion(ApiClient api, CancellationToken stop)
    {
        var resource = Resources.CsiStorageCapacities;
        var impossible = new CsiStorageCapacity { Metadata = { Name = ImpossibleName, Namespace = options.Namespace } };
        var answer = await api.CreateAsync(resource, impossible, stop);
        if (answer.IsSuccess) return (null, $"cannot tell whether CSIStorageCapacity is served: the API server took an object with the impossible name {ImpossibleName}; delete it in namespace {options.Namespace}");
        if (answer.Failure.Code is 422) return (resource, null);
        // Without the namespace the server does not look at the object, whether it serves its kind or not.
        if (answer.Failure.IsNotFound && !answer.Failure.Message.Contains("namespaces \"", StringComparison.Ordinal)) return (s_beta, null);
        return (null, $"cannot find out which version of CSIStorageCapacity is served, with an object in namespace {options.Namespace} that is to be refused as invalid: {answer.Failure}");
    }

    private static StartProblem Needs(string variable, string meaning, string field) =>
        Fatal($"--enable-capacity needs the environment variable {variable}, {meaning}; set it from the pod's field {field}");

    private static StartProblem Fatal(string reason) => new(reason, ExitCode.Fatal);
}

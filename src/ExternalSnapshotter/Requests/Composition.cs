using Sidecars.ExternalSnapshotter.Contents;
using Sidecars.Hosting;
using Sidecars.Kubernetes.Objects;
using Sidecars.Kubernetes.Secrets;

namespace Sidecars.ExternalSnapshotter.Requests;

/// <summary>What one kind of contents is called in its calls and in what is said of them.</summary>
/// <param name="Noun">In a sentence.</param>
/// <param name="ClassResource">Its classes, as the API server names them.</param>
/// <param name="OwnerKey">What the names of its owner are called in the parameters.</param>
internal sealed record CompositionWords(string Noun, string ClassResource, string OwnerKey);

/// <summary>What goes with a call to take something, beside what is to be taken.</summary>
/// <param name="Secret">All keys of the secret.</param>
/// <param name="Parameters">Those of the class, and the names of the objects where they are wanted.</param>
internal sealed record CallParts(IReadOnlyDictionary<string, string> Secret, IReadOnlyDictionary<string, string> Parameters);

/// <summary>
/// Composes what the calls of both kinds have in common, from the content, its class and its secret (snapshotter contract 5.1 and 7), and says in the
/// original's words what is missing.
/// </summary>
internal sealed class Composition<T>(CompositionWords words, ContentCache<T> cache, ContentSecrets secrets, bool tellsNames)
    where T : KubeObject, new()
{
    /// <summary>For the call that takes it.</summary>
    public async Task<(CallParts? Parts, Obstacle? Error)> OfTaking(ContentView view, CancellationToken stop)
    {
        var (parts, error) = await Compose(view, stop);
        if (parts is not null) return (parts, null);
        var told = $"failed to get input parameters to create {words.Noun} for content {view.Name}: {GoQuote.Quote(error!.Words)}";
        return (null, new Obstacle(told, error.Cause));
    }

    /// <summary>For the call that asks for it, by what its class says of that purpose.</summary>
    public async Task<SecretValues> OfLooking(ContentView view, ClassSecret purpose, CancellationToken stop)
    {
        if (view.ClassName is not { Length: > 0 } named) return SecretValues.None;
        if (MissingClass(view) is { } missing) return missing;
        return await secrets.OfClass(view, cache.FindClass(named)!, purpose, $"{words.OwnerKey}content.name", stop);
    }

    /// <summary>
    /// For the call that asks for one that we have taken: by what its class says of that purpose, and where it says nothing, or is gone, by what is
    /// noted on the content.
    /// </summary>
    public async Task<SecretValues> OfAskingAgain(ContentView view, ClassSecret purpose, CancellationToken stop) =>
        cache.OurClassOf(view)?.Parameters?.Has(purpose.NameKey) is true ? await OfLooking(view, purpose, stop) : await secrets.Noted(view, stop);

    /// <summary>For the call that deletes it.</summary>
    public async Task<SecretValues> OfDeleting(ContentView view, CancellationToken stop)
    {
        var noted = await secrets.Noted(view, stop);
        return noted.Error is { } error ? new Obstacle($"Failed to get snapshot credentials: {error}") : noted;
    }

    /// <summary>What is said of a class that is named and not there.</summary>
    public Obstacle? MissingClass(ContentView view) => view.ClassName is { Length: > 0 } named && cache.FindClass(named) is null
        ? new Obstacle($"failed to get {words.Noun} class {named} of content {view.Name}: {words.ClassResource} {GoQuote.Quote(named)} not found")
        : null;

    private async Task<(CallParts? Parts, Obstacle? Error)> Compose(ContentView view, CancellationToken stop)
    {
        if (view.ClassName is not { Length: > 0 } named) return (null, $"failed to take {words.Noun} {view.Name} without a {words.Noun} class");
        var known = cache.FindClass(named);
        if (cache.ProblemOf(known, words.ClassResource, named) is { } wrong) return (null, wrong);
        var (values, error) = await secrets.Noted(view, stop);
        if (values is null) return (null, error);
        var (parameters, problem) = SnapshotParameters.Of(known!.Parameters, words.OwnerKey, tellsNames ? view.Ref : null, view.Name);
        return parameters is null ? (null, problem!) : (new CallParts(values, parameters), null);
    }
}

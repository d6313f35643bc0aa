namespace Sidecars.EmbeddedCluster.Controllers;

/// <summary>
/// The class of claims that name none: the newest that its annotation makes the default. A claim that was there before it gets it when it comes; one
/// that asks for no class, by an empty name, never does.
/// </summary>
internal static class DefaultClass
{
    private const string Annotation = "storageclass.kubernetes.io/is-default-class";
    private const string BetaAnnotation = "storageclass.beta.kubernetes.io/is-default-class";

    public static bool Is(StoredObject storageClass) =>
        storageClass.Annotation(Annotation) == "true" || storageClass.Annotation(BetaAnnotation) == "true";

    public static bool IsWantedBy(Claim claim) =>
        claim.Stored.Root.At("spec", "storageClassName") is null && claim.Stored.Root.At("metadata", "annotations", WellKnown.BetaStorageClass) is null;

    public static StoredObject? Find(Storage storage) => storage.List("storageclasses").Items.Where(Is)
        .OrderByDescending(stored => stored.Root.Text("metadata", "creationTimestamp"), StringComparer.Ordinal)
        .ThenBy(stored => stored.Name, StringComparer.Ordinal).FirstOrDefault();
}

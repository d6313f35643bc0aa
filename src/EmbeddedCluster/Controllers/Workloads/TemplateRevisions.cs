using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster.Controllers;

/// <summary>
/// The templates a StatefulSet or a DaemonSet has had, as ControllerRevisions: the one its pods are to get, and the one they all had when the last
/// update was through. <c>kubectl rollout history</c> and <c>undo</c> read them.
/// </summary>
internal sealed class TemplateRevisions(ControllerContext context)
{
    private const string Resource = "controllerrevisions";

    /// <summary>The revision of today's template, the newest of all, and the one that was through last; or what came in between.</summary>
    public (StoredObject? Update, StoredObject? Current, Outcome Outcome) Find(StoredObject set)
    {
        var known = Of(set);
        var name = $"{set.Name}-{PodTemplate.Hash(set)}";
        var number = known.Select(Number).DefaultIfEmpty(0).Max();
        var update = known.Find(revision => revision.Name == name);
        var written = update is null ? context.Storage.Create(Resource, Compose(set, name, number + 1))
            : Number(update) == number ? update
            : context.Storage.Patch(Resource, set.Namespace, name, PatchKind.Merge, new JsonObject { ["revision"] = number + 1 });
        if (!written.IsOk) return (null, null, Outcome.Retry(written.Error.ToString()));
        var current = known.Find(revision => revision.Name == set.Root.Text("status", "currentRevision"));
        return (written.Object, current ?? written.Object, Outcome.Done);
    }

    /// <summary>Forgets the oldest of those that no pod has, beyond what the set wants kept.</summary>
    public void Tidy(StoredObject set, IEnumerable<string> inUse)
    {
        var idle = Of(set).Where(revision => !inUse.Contains(revision.Name)).OrderBy(Number).ToList();
        foreach (var revision in idle.Take((int)Math.Max(0, idle.Count - set.Root.Integer("spec", "revisionHistoryLimit"))))
            context.Storage.Delete(Resource, revision.Namespace, revision.Name, new DeleteOptions { Uid = revision.Uid });
    }

    private List<StoredObject> Of(StoredObject set) => Family.Of(context.Storage, set, Resource);

    private static JsonObject Compose(StoredObject set, string name, long number)
    {
        var template = set.ToJson().Object("spec", "template")?.DeepClone().AsObject() ?? [];
        template["$patch"] = "replace";
        var labels = template.Object("metadata", "labels")?.DeepClone().AsObject() ?? [];
        labels["controller.kubernetes.io/hash"] = name[(set.Name.Length + 1)..];
        return new JsonObject
        {
            ["apiVersion"] = "apps/v1",
            ["kind"] = "ControllerRevision",
            ["metadata"] = new JsonObject
            {
                ["name"] = name,
                ["namespace"] = set.Namespace,
                ["labels"] = labels,
                ["ownerReferences"] = new JsonArray(OwnerReferences.ToController(set)),
            },
            ["data"] = new JsonObject { ["spec"] = new JsonObject { ["template"] = template } },
            ["revision"] = number,
        };
    }

    private static long Number(StoredObject revision) => revision.Root.Integer("revision");
}

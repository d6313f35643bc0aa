using System.Text.Json.Nodes;

namespace Sidecars.Tests.Support;

/// <summary>Definitions by which a cluster serves snapshots, without the rules of their fields: for tests of programs that only read them.</summary>
public static class SnapshotKinds
{
    private const string Singles = "snapshot.storage.k8s.io";
    private const string Groups = "groupsnapshot.storage.k8s.io";

    /// <summary>Snapshots, contents and classes.</summary>
    public static IReadOnlyList<JsonObject> Definitions =>
    [
        Definition(Singles, "VolumeSnapshot", "volumesnapshots", "Namespaced"), Definition(Singles, "VolumeSnapshotContent", "volumesnapshotcontents", "Cluster"),
        Definition(Singles, "VolumeSnapshotClass", "volumesnapshotclasses", "Cluster"),
    ];

    /// <summary>The same of groups.</summary>
    public static IReadOnlyList<JsonObject> GroupDefinitions =>
    [
        Definition(Groups, "VolumeGroupSnapshot", "volumegroupsnapshots", "Namespaced"), Definition(Groups, "VolumeGroupSnapshotContent", "volumegroupsnapshotcontents", "Cluster"),
        Definition(Groups, "VolumeGroupSnapshotClass", "volumegroupsnapshotclasses", "Cluster"),
    ];

    private static JsonObject Definition(string group, string kind, string plural, string scope) => JsonNode.Parse($$$"""
        {"metadata":{"name":"{{{plural}}}.{{{group}}}","annotations":{"api-approved.kubernetes.io":"unapproved, a test"}},
         "spec":{"group":"{{{group}}}","scope":"{{{scope}}}",
          "names":{"plural":"{{{plural}}}","singular":"{{{kind.ToLowerInvariant()}}}","kind":"{{{kind}}}","listKind":"{{{kind}}}List"},
          "versions":[{"name":"v1","served":true,"storage":true,"subresources":{"status":{}},
           "schema":{"openAPIV3Schema":{"type":"object","x-kubernetes-preserve-unknown-fields":true} } }] } }
        """)!.AsObject();
}

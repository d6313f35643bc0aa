using System.Text.Json.Nodes;

namespace Sidecars.Tests.Support;

/// <summary>Definitions by which a cluster serves snapshots, without the rules of their fields: for tests of programs that only read them.</summary>
public static class SnapshotKinds
{
    private const string Snapshots = "snapshot.storage.k8s.io";
    private const string Groups = "groupsnapshot.storage.k8s.io";

    /// <summary>Snapshots, contents and classes.</summary>
    public static IReadOnlyList<JsonObject> Definitions =>
    [
        Definition("VolumeSnapshot", "volumesnapshots", "Namespaced"), Definition("VolumeSnapshotContent", "volumesnapshotcontents", "Cluster"),
        Definition("VolumeSnapshotClass", "volumesnapshotclasses", "Cluster"),
    ];

    /// <summary>Groups of snapshots, their contents and classes.</summary>
    public static IReadOnlyList<JsonObject> GroupDefinitions =>
    [
        Definition("VolumeGroupSnapshot", "volumegroupsnapshots", "Namespaced", Groups), Definition("VolumeGroupSnapshotContent", "volumegroupsnapshotcontents", "Cluster", Groups),
        Definition("VolumeGroupSnapshotClass", "volumegroupsnapshotclasses", "Cluster", Groups),
    ];

    private static JsonObject Definition(string kind, string plural, string scope, string group = Snapshots) => JsonNode.Parse($$$"""
        {"metadata":{"name":"{{{plural}}}.{{{group}}}","annotations":{"api-approved.kubernetes.io":"unapproved, a test"}},
         "spec":{"group":"{{{group}}}","scope":"{{{scope}}}",
          "names":{"plural":"{{{plural}}}","singular":"{{{kind.ToLowerInvariant()}}}","kind":"{{{kind}}}","listKind":"{{{kind}}}List"},
          "versions":[{"name":"v1","served":true,"storage":true,"subresources":{"status":{}},
           "schema":{"openAPIV3Schema":{"type":"object","x-kubernetes-preserve-unknown-fields":true} } }] } }
        """)!.AsObject();
}

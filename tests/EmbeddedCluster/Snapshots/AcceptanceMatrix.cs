namespace Sidecars.EmbeddedCluster.Tests;

/// <summary>The acceptance matrix of the snapshot kinds: for each case the states an object goes through, and why the last one is refused.</summary>
internal static class AcceptanceMatrix
{
    public static string Group(string kind) => kind.StartsWith("VolumeGroup", StringComparison.Ordinal) ? "groupsnapshot.storage.k8s.io" : "snapshot.storage.k8s.io";

    public static IEnumerable<TestCaseData> Cases()
    {
        yield return Case("1", "VolumeSnapshot", ["""{"spec":{"source":{"persistentVolumeClaimName":"a"}}}"""]);
        yield return Case("2", "VolumeSnapshot", ["""{"spec":{"source":{"volumeSnapshotContentName":"a"}}}"""]);
        yield return Case("3", "VolumeSnapshot",
            [
                """{"spec":{"source":{"persistentVolumeClaimName":"a"},"volumeSnapshotClassName":""}}""",
            ],
            "spec.volumeSnapshotClassName: Invalid value: \"\": volumeSnapshotClassName must not be the empty string when set");
        yield return Case("4", "VolumeSnapshot", ["""{"spec":{"source":{"persistentVolumeClaimName":"a"},"volumeSnapshotClassName":"x"}}"""]);
        yield return Case("5", "VolumeSnapshot",
            [
                """{"spec":{"source":{}}}""",
            ],
            "spec.source: Invalid value: exactly one of volumeSnapshotContentName and persistentVolumeClaimName must be set");
        yield return Case("6", "VolumeSnapshot",
            [
                """{"spec":{"source":{"persistentVolumeClaimName":"a","volumeSnapshotContentName":"b"}}}""",
            ],
            "exactly one of volumeSnapshotContentName and persistentVolumeClaimName must be set");
        yield return Case("7", "VolumeSnapshot", ["""{"spec":{}}"""], "spec.source: Required value");
        yield return Case("8", "VolumeSnapshot", ["""{"spec":{"source":{"persistentVolumeClaimName":""}}}"""]);
        yield return Case("9", "VolumeSnapshot",
            [
                """{"spec":{"source":{"persistentVolumeClaimName":"a"}}}""",
                """{"spec":{"source":{"persistentVolumeClaimName":"b"}}}""",
            ],
            "spec.source.persistentVolumeClaimName: Invalid value: \"b\": persistentVolumeClaimName is immutable");
        yield return Case("10", "VolumeSnapshot",
            [
                """{"spec":{"source":{"persistentVolumeClaimName":"a"}}}""",
                """{"spec":{"source":{"volumeSnapshotContentName":"a"}}}""",
            ],
            "persistentVolumeClaimName is required once set");
        yield return Case("11", "VolumeSnapshot",
            [
                """{"spec":{"source":{"volumeSnapshotContentName":"a"}}}""",
                """{"spec":{"source":{"persistentVolumeClaimName":"a"}}}""",
            ],
            "volumeSnapshotContentName is required once set");
        yield return Case("12", "VolumeSnapshot",
            [
                """{"spec":{"source":{"volumeSnapshotContentName":"a"}}}""",
                """{"spec":{"source":{"volumeSnapshotContentName":"b"}}}""",
            ],
            "volumeSnapshotContentName is immutable");
        yield return Case("13", "VolumeSnapshot",
            [
                """{"spec":{"source":{"persistentVolumeClaimName":"a"}}}""",
                """{"spec":{"source":{"persistentVolumeClaimName":"a"}},"metadata":{"annotations":{"a":"b"}}}""",
            ]);
        yield return Case("14", "VolumeSnapshot",
            [
                """{"spec":{"source":{"persistentVolumeClaimName":"a"}}}""",
                """{"spec":{"source":{"persistentVolumeClaimName":"a"},"volumeSnapshotClassName":"x"}}""",
                """{"spec":{"source":{"persistentVolumeClaimName":"a"},"volumeSnapshotClassName":"y"}}""",
            ]);
        yield return Case("15a", "VolumeSnapshot",
            [
                """{"spec":{"source":{"persistentVolumeClaimName":"a"}}}""",
                """{"status":{"restoreSize":"1Gi"}}""",
            ]);
        yield return Case("15b", "VolumeSnapshot",
            [
                """{"spec":{"source":{"persistentVolumeClaimName":"a"}}}""",
                """{"status":{"restoreSize":"1000"}}""",
            ]);
        yield return Case("15c", "VolumeSnapshot",
            [
                """{"spec":{"source":{"persistentVolumeClaimName":"a"}}}""",
                """{"status":{"restoreSize":1000}}""",
            ]);
        yield return Case("16", "VolumeSnapshot",
            [
                """{"spec":{"source":{"persistentVolumeClaimName":"a"}}}""",
                """{"status":{"restoreSize":"abc"}}""",
            ],
            "status.restoreSize: Invalid value: \"abc\": restoreSize in body should match ");

        yield return Case("17", "VolumeSnapshotContent",
            [
                """{"spec":{"deletionPolicy":"Delete","driver":"d","source":{"volumeHandle":"h"},"volumeSnapshotRef":{"name":"n","namespace":"s"}}}""",
            ]);
        yield return Case("18", "VolumeSnapshotContent",
            [
                """{"spec":{"deletionPolicy":"Delete","driver":"d","source":{"snapshotHandle":"s"},"volumeSnapshotRef":{"name":"n","namespace":"s"}}}""",
            ]);
        yield return Case("19", "VolumeSnapshotContent",
            [
                """{"spec":{"deletionPolicy":"Delete","driver":"d","source":{},"volumeSnapshotRef":{"name":"n","namespace":"s"}}}""",
            ],
            "exactly one of volumeHandle and snapshotHandle must be set");
        yield return Case("20", "VolumeSnapshotContent",
            [
                """{"spec":{"deletionPolicy":"Delete","driver":"d","source":{"volumeHandle":"a","snapshotHandle":"b"},"volumeSnapshotRef":{"name":"n","namespace":"s"}}}""",
            ],
            "exactly one of volumeHandle and snapshotHandle must be set");
        yield return Case("21", "VolumeSnapshotContent",
            [
                """{"spec":{"deletionPolicy":"Delete","driver":"d","source":{"volumeHandle":"h"},"volumeSnapshotRef":{"namespace":"s"}}}""",
            ],
            "both spec.volumeSnapshotRef.name and spec.volumeSnapshotRef.namespace must be set");
        yield return Case("22", "VolumeSnapshotContent",
            [
                """{"spec":{"deletionPolicy":"Delete","driver":"d","source":{"volumeHandle":"h"},"volumeSnapshotRef":{"name":"n"}}}""",
            ],
            "both spec.volumeSnapshotRef.name and spec.volumeSnapshotRef.namespace must be set");
        yield return Case("23a", "VolumeSnapshotContent",
            [
                """{"spec":{"driver":"d","source":{"volumeHandle":"h"},"volumeSnapshotRef":{"name":"n","namespace":"s"}}}""",
            ],
            "spec.deletionPolicy: Required value");
        yield return Case("23b", "VolumeSnapshotContent",
            [
                """{"spec":{"deletionPolicy":"Delete","source":{"volumeHandle":"h"},"volumeSnapshotRef":{"name":"n","namespace":"s"}}}""",
            ],
            "spec.driver: Required value");
        yield return Case("23c", "VolumeSnapshotContent",
            [
                """{"spec":{"deletionPolicy":"Delete","driver":"d","source":{"volumeHandle":"h"}}}""",
            ],
            "spec.volumeSnapshotRef: Required value");
        yield return Case("23d", "VolumeSnapshotContent",
            [
                """{"spec":{"deletionPolicy":"Delete","driver":"d","volumeSnapshotRef":{"name":"n","namespace":"s"}}}""",
            ],
            "spec.source: Required value");
        yield return Case("24", "VolumeSnapshotContent",
            [
                """{"spec":{"deletionPolicy":"delete","driver":"d","source":{"volumeHandle":"h"},"volumeSnapshotRef":{"name":"n","namespace":"s"}}}""",
            ],
            "spec.deletionPolicy: Unsupported value: \"delete\": supported values: \"Delete\", \"Retain\"");
        yield return Case("25", "VolumeSnapshotContent",
            [
                """{"spec":{"deletionPolicy":"Delete","driver":"d","source":{"snapshotHandle":"a"},"volumeSnapshotRef":{"name":"n","namespace":"s"}}}""",
                """{"spec":{"deletionPolicy":"Delete","driver":"d","source":{"snapshotHandle":"b"},"volumeSnapshotRef":{"name":"n","namespace":"s"}}}""",
            ],
            "snapshotHandle is immutable");
        yield return Case("26", "VolumeSnapshotContent",
            [
                """{"spec":{"deletionPolicy":"Delete","driver":"d","source":{"snapshotHandle":"a"},"volumeSnapshotRef":{"name":"n","namespace":"s"}}}""",
                """{"spec":{"deletionPolicy":"Delete","driver":"d","source":{"volumeHandle":"a"},"volumeSnapshotRef":{"name":"n","namespace":"s"}}}""",
            ],
            "snapshotHandle is required once set");
        yield return Case("27", "VolumeSnapshotContent",
            [
                """{"spec":{"deletionPolicy":"Delete","driver":"d","source":{"volumeHandle":"a"},"volumeSnapshotRef":{"name":"n","namespace":"s"}}}""",
                """{"spec":{"deletionPolicy":"Delete","driver":"d","source":{"volumeHandle":"b"},"volumeSnapshotRef":{"name":"n","namespace":"s"}}}""",
            ],
            "volumeHandle is immutable");
        yield return Case("28", "VolumeSnapshotContent",
            [
                """{"spec":{"deletionPolicy":"Delete","driver":"d","source":{"volumeHandle":"a"},"volumeSnapshotRef":{"name":"n","namespace":"s"}}}""",
                """{"spec":{"deletionPolicy":"Delete","driver":"d","source":{"snapshotHandle":"a"},"volumeSnapshotRef":{"name":"n","namespace":"s"}}}""",
            ],
            "volumeHandle is required once set");
        yield return Case("29", "VolumeSnapshotContent",
            [
                """{"spec":{"deletionPolicy":"Delete","driver":"d","source":{"volumeHandle":"h"},"volumeSnapshotRef":{"name":"n","namespace":"s"},"sourceVolumeMode":"Block"}}""",
                """{"spec":{"deletionPolicy":"Delete","driver":"d","source":{"volumeHandle":"h"},"volumeSnapshotRef":{"name":"n","namespace":"s"}}}""",
            ],
            "spec: Invalid value: sourceVolumeMode is required once set");
        yield return Case("30", "VolumeSnapshotContent",
            [
                """{"spec":{"deletionPolicy":"Delete","driver":"d","source":{"volumeHandle":"h"},"volumeSnapshotRef":{"name":"n","namespace":"s"},"sourceVolumeMode":"Block"}}""",
                """{"spec":{"deletionPolicy":"Delete","driver":"d","source":{"volumeHandle":"h"},"volumeSnapshotRef":{"name":"n","namespace":"s"},"sourceVolumeMode":"Filesystem"}}""",
            ],
            "spec.sourceVolumeMode: Invalid value: \"Filesystem\": sourceVolumeMode is immutable");
        yield return Case("31", "VolumeSnapshotContent",
            [
                """{"spec":{"deletionPolicy":"Delete","driver":"d","source":{"volumeHandle":"h"},"volumeSnapshotRef":{"name":"n","namespace":"s"}}}""",
                """{"spec":{"deletionPolicy":"Delete","driver":"d","source":{"volumeHandle":"h"},"volumeSnapshotRef":{"name":"n","namespace":"s"},"sourceVolumeMode":"Block"}}""",
            ]);
        yield return Case("32", "VolumeSnapshotContent",
            [
                """{"spec":{"deletionPolicy":"Delete","driver":"d","source":{"volumeHandle":"h"},"volumeSnapshotRef":{"name":"n","namespace":"s"}}}""",
                """{"spec":{"deletionPolicy":"Delete","driver":"d","source":{"volumeHandle":"h"},"volumeSnapshotRef":{"name":"n","namespace":"s","uid":"u1"}}}""",
                """{"spec":{"deletionPolicy":"Delete","driver":"d","source":{"volumeHandle":"h"},"volumeSnapshotRef":{"name":"n","namespace":"s","uid":"u2"}}}""",
            ]);
        yield return Case("33", "VolumeSnapshotContent",
            [
                """{"spec":{"deletionPolicy":"Delete","driver":"d","source":{"volumeHandle":"h"},"volumeSnapshotRef":{"name":"n","namespace":"s"}}}""",
                """{"spec":{"deletionPolicy":"Retain","driver":"d","source":{"volumeHandle":"h"},"volumeSnapshotRef":{"name":"n","namespace":"s"}}}""",
            ]);
        yield return Case("34", "VolumeSnapshotContent",
            [
                """{"spec":{"deletionPolicy":"Delete","driver":"d","source":{"volumeHandle":"h"},"volumeSnapshotRef":{"name":"n","namespace":"s"}}}""",
                """{"status":{"restoreSize":-1}}""",
            ],
            "status.restoreSize: Invalid value: -1: restoreSize in body should be greater than or equal to 0");

        yield return Case("35", "VolumeSnapshotClass", ["""{"deletionPolicy":"Delete"}"""], "driver: Required value");
        yield return Case("36a", "VolumeSnapshotClass",
            [
                """{"driver":"d","deletionPolicy":"Delete"}""",
                """{"driver":"d","deletionPolicy":"Delete","parameters":{"a":"b"}}""",
                """{"driver":"d","deletionPolicy":"Delete","parameters":{"a":"c"}}""",
            ]);
        yield return Case("36b", "VolumeSnapshotClass",
            [
                """{"driver":"d","deletionPolicy":"Delete"}""",
                """{"driver":"e","deletionPolicy":"Delete"}""",
            ]);
        yield return Case("36c", "VolumeSnapshotClass",
            [
                """{"driver":"d","deletionPolicy":"Delete"}""",
                """{"driver":"d","deletionPolicy":"Retain"}""",
            ]);

        yield return Case("37", "VolumeGroupSnapshot",
            [
                """{"spec":{"source":{"selector":{"matchLabels":{"a":"b"}}},"volumeGroupSnapshotClassName":"x"}}""",
            ]);
        yield return Case("38", "VolumeGroupSnapshot", ["""{"spec":{"source":{"selector":{"matchLabels":{"a":"b"}}}}}"""]);
        yield return Case("39", "VolumeGroupSnapshot", ["""{"spec":{"source":{"volumeGroupSnapshotContentName":"a"}}}"""]);
        yield return Case("40", "VolumeGroupSnapshot",
            [
                """{"spec":{"source":{"selector":{"matchLabels":{"a":"b"}}},"volumeGroupSnapshotClassName":""}}""",
            ],
            "volumeGroupSnapshotClassName must not be the empty string when set");
        yield return Case("41a", "VolumeGroupSnapshot",
            [
                """{"spec":{"source":{}}}""",
            ],
            "exactly one of selector and volumeGroupSnapshotContentName must be set");
        yield return Case("41b", "VolumeGroupSnapshot",
            [
                """{"spec":{"source":{"selector":{},"volumeGroupSnapshotContentName":"a"}}}""",
            ],
            "exactly one of selector and volumeGroupSnapshotContentName must be set");
        yield return Case("42", "VolumeGroupSnapshot",
            [
                """{"spec":{"source":{"selector":{"matchLabels":{"a":"b"}}}}}""",
                """{"spec":{"source":{"selector":{"matchLabels":{"a":"c"}}}}}""",
            ],
            "spec.source.selector: Invalid value: selector is immutable");
        yield return Case("43", "VolumeGroupSnapshot",
            [
                """{"spec":{"source":{"selector":{"matchLabels":{"a":"b"}}}}}""",
                """{"spec":{"source":{"volumeGroupSnapshotContentName":"a"}}}""",
            ],
            "selector is required once set");
        yield return Case("44", "VolumeGroupSnapshot",
            [
                """{"spec":{"source":{"volumeGroupSnapshotContentName":"a"}}}""",
                """{"spec":{"source":{"selector":{"matchLabels":{"a":"b"}}}}}""",
            ],
            "volumeGroupSnapshotContentName is required once set");
        yield return Case("45", "VolumeGroupSnapshot",
            [
                """{"spec":{"source":{"volumeGroupSnapshotContentName":"a"}}}""",
                """{"spec":{"source":{"volumeGroupSnapshotContentName":"b"}}}""",
            ],
            "volumeGroupSnapshotContentName is immutable");
        yield return Case("46a", "VolumeGroupSnapshot",
            [
                """{"spec":{"source":{"selector":{"matchLabels":{"a":"b"}}}}}""",
                """{"status":{"boundVolumeGroupSnapshotContentName":"a"}}""",
                """{"status":{"boundVolumeGroupSnapshotContentName":"b"}}""",
            ],
            "boundVolumeGroupSnapshotContentName is immutable once set");
        yield return Case("46b", "VolumeGroupSnapshot",
            [
                """{"spec":{"source":{"selector":{"matchLabels":{"a":"b"}}}}}""",
                """{"status":{"boundVolumeGroupSnapshotContentName":"a"}}""",
                """{"version":"v1beta2","status":{"boundVolumeGroupSnapshotContentName":"b"}}""",
            ],
            "boundVolumeGroupSnapshotContentName is immutable once set");
        yield return Case("46c", "VolumeGroupSnapshot",
            [
                """{"spec":{"source":{"selector":{"matchLabels":{"a":"b"}}}}}""",
                """{"status":{"boundVolumeGroupSnapshotContentName":"a"}}""",
                """{"status":{"readyToUse":true}}""",
                """{"status":{"boundVolumeGroupSnapshotContentName":"b"}}""",
            ]);
        yield return Case("47", "VolumeGroupSnapshot",
            [
                """{"spec":{"source":{"selector":{"matchLabels":{"a":"b"}}}}}""",
                """{"status":{"boundVolumeGroupSnapshotContentName":"a"}}""",
                """{"version":"v1beta1","status":{"boundVolumeGroupSnapshotContentName":"b"}}""",
            ]);
        yield return Case("48", "VolumeGroupSnapshot", ["""{"spec":{"source":{"selector":{}}}}"""]);

        yield return Case("49", "VolumeGroupSnapshotContent",
            [
                """{"spec":{"deletionPolicy":"Delete","driver":"d","source":{"volumeHandles":["a"]},"volumeGroupSnapshotRef":{"name":"n","namespace":"s"}}}""",
            ]);
        yield return Case("50a", "VolumeGroupSnapshotContent",
            [
                """{"spec":{"deletionPolicy":"Delete","driver":"d","source":{},"volumeGroupSnapshotRef":{"name":"n","namespace":"s"}}}""",
            ],
            "exactly one of volumeHandles and groupSnapshotHandles must be set");
        yield return Case("50b", "VolumeGroupSnapshotContent",
            [
                """{"spec":{"deletionPolicy":"Delete","driver":"d","source":{"volumeHandles":["a"],"groupSnapshotHandles":{"volumeGroupSnapshotHandle":"g","volumeSnapshotHandles":["a"]}},"volumeGroupSnapshotRef":{"name":"n","namespace":"s"}}}""",
            ],
            "exactly one of volumeHandles and groupSnapshotHandles must be set");
        yield return Case("51", "VolumeGroupSnapshotContent",
            [
                """{"spec":{"deletionPolicy":"Delete","driver":"d","source":{"volumeHandles":["a"]},"volumeGroupSnapshotRef":{"name":"n","namespace":"s"}}}""",
                """{"spec":{"deletionPolicy":"Delete","driver":"d","source":{"volumeHandles":["b"]},"volumeGroupSnapshotRef":{"name":"n","namespace":"s"}}}""",
            ],
            "spec.source.volumeHandles: Invalid value: volumeHandles is immutable");
        yield return Case("52", "VolumeGroupSnapshotContent",
            [
                """{"spec":{"deletionPolicy":"Delete","driver":"d","source":{"volumeHandles":["a"]},"volumeGroupSnapshotRef":{"name":"n","namespace":"s"}}}""",
                """{"spec":{"deletionPolicy":"Delete","driver":"d","source":{"groupSnapshotHandles":{"volumeGroupSnapshotHandle":"g","volumeSnapshotHandles":["a"]}},"volumeGroupSnapshotRef":{"name":"n","namespace":"s"}}}""",
            ],
            "volumeHandles is required once set");
        yield return Case("53", "VolumeGroupSnapshotContent",
            [
                """{"spec":{"deletionPolicy":"Delete","driver":"d","source":{"groupSnapshotHandles":{"volumeGroupSnapshotHandle":"g","volumeSnapshotHandles":["a"]}},"volumeGroupSnapshotRef":{"name":"n","namespace":"s"}}}""",
                """{"spec":{"deletionPolicy":"Delete","driver":"d","source":{"volumeHandles":["a"]},"volumeGroupSnapshotRef":{"name":"n","namespace":"s"}}}""",
            ],
            "groupSnapshotHandles is required once set");
        yield return Case("54", "VolumeGroupSnapshotContent",
            [
                """{"spec":{"deletionPolicy":"Delete","driver":"d","source":{"groupSnapshotHandles":{"volumeGroupSnapshotHandle":"g","volumeSnapshotHandles":["a"]}},"volumeGroupSnapshotRef":{"name":"n","namespace":"s"}}}""",
                """{"spec":{"deletionPolicy":"Delete","driver":"d","source":{"groupSnapshotHandles":{"volumeGroupSnapshotHandle":"g","volumeSnapshotHandles":["b"]}},"volumeGroupSnapshotRef":{"name":"n","namespace":"s"}}}""",
            ],
            "groupSnapshotHandles is immutable");
        yield return Case("55", "VolumeGroupSnapshotContent",
            [
                """{"spec":{"deletionPolicy":"Delete","driver":"d","source":{"groupSnapshotHandles":{"volumeGroupSnapshotHandle":"g"}},"volumeGroupSnapshotRef":{"name":"n","namespace":"s"}}}""",
            ],
            "spec.source.groupSnapshotHandles.volumeSnapshotHandles: Required value");
        yield return Case("56a", "VolumeGroupSnapshotContent",
            [
                """{"spec":{"deletionPolicy":"Delete","driver":"d","source":{"volumeHandles":["a"]},"volumeGroupSnapshotRef":{"name":"n"}}}""",
            ],
            "both volumeGroupSnapshotRef.name and volumeGroupSnapshotRef.namespace must be set");
        yield return Case("56b", "VolumeGroupSnapshotContent",
            [
                """{"spec":{"deletionPolicy":"Delete","driver":"d","source":{"volumeHandles":["a"]},"volumeGroupSnapshotRef":{"namespace":"s"}}}""",
            ],
            "both volumeGroupSnapshotRef.name and volumeGroupSnapshotRef.namespace must be set");
        yield return Case("57a", "VolumeGroupSnapshotContent",
            [
                """{"spec":{"deletionPolicy":"Delete","driver":"d","source":{"volumeHandles":["a"]},"volumeGroupSnapshotRef":{"name":"n","namespace":"s"}}}""",
                """{"spec":{"deletionPolicy":"Delete","driver":"d","source":{"volumeHandles":["a"]},"volumeGroupSnapshotRef":{"name":"o","namespace":"s"}}}""",
            ],
            "volumeGroupSnapshotRef.name and volumeGroupSnapshotRef.namespace are immutable");
        yield return Case("57b", "VolumeGroupSnapshotContent",
            [
                """{"spec":{"deletionPolicy":"Delete","driver":"d","source":{"volumeHandles":["a"]},"volumeGroupSnapshotRef":{"name":"n","namespace":"s"}}}""",
                """{"spec":{"deletionPolicy":"Delete","driver":"d","source":{"volumeHandles":["a"]},"volumeGroupSnapshotRef":{"name":"n","namespace":"t"}}}""",
            ],
            "volumeGroupSnapshotRef.name and volumeGroupSnapshotRef.namespace are immutable");
        yield return Case("58", "VolumeGroupSnapshotContent",
            [
                """{"spec":{"deletionPolicy":"Delete","driver":"d","source":{"volumeHandles":["a"]},"volumeGroupSnapshotRef":{"name":"n","namespace":"s"}}}""",
                """{"spec":{"deletionPolicy":"Delete","driver":"d","source":{"volumeHandles":["a"]},"volumeGroupSnapshotRef":{"name":"n","namespace":"s","uid":"u1"}}}""",
            ]);
        yield return Case("59a", "VolumeGroupSnapshotContent",
            [
                """{"spec":{"deletionPolicy":"Delete","driver":"d","source":{"volumeHandles":["a"]},"volumeGroupSnapshotRef":{"name":"n","namespace":"s","uid":"u1"}}}""",
                """{"spec":{"deletionPolicy":"Delete","driver":"d","source":{"volumeHandles":["a"]},"volumeGroupSnapshotRef":{"name":"n","namespace":"s","uid":"u2"}}}""",
            ],
            "volumeGroupSnapshotRef.uid is immutable once set");
        yield return Case("59b", "VolumeGroupSnapshotContent",
            [
                """{"spec":{"deletionPolicy":"Delete","driver":"d","source":{"volumeHandles":["a"]},"volumeGroupSnapshotRef":{"name":"n","namespace":"s","uid":"u1"}}}""",
                """{"spec":{"deletionPolicy":"Delete","driver":"d","source":{"volumeHandles":["a"]},"volumeGroupSnapshotRef":{"name":"n","namespace":"s"}}}""",
            ],
            "volumeGroupSnapshotRef.uid is immutable once set");
        yield return Case("60", "VolumeGroupSnapshotContent",
            [
                """{"spec":{"deletionPolicy":"Delete","driver":"d","source":{"volumeHandles":["a"]},"volumeGroupSnapshotRef":{"name":"n","namespace":"s"}}}""",
                """{"spec":{"deletionPolicy":"Delete","driver":"e","source":{"volumeHandles":["a"]},"volumeGroupSnapshotRef":{"name":"n","namespace":"s"}}}""",
            ],
            "spec.driver: Invalid value: \"e\": driver is immutable once set");
        yield return Case("61", "VolumeGroupSnapshotContent",
            [
                """{"spec":{"deletionPolicy":"Delete","driver":"d","source":{"volumeHandles":["a"]},"volumeGroupSnapshotRef":{"name":"n","namespace":"s"},"volumeGroupSnapshotClassName":"a"}}""",
                """{"spec":{"deletionPolicy":"Delete","driver":"d","source":{"volumeHandles":["a"]},"volumeGroupSnapshotRef":{"name":"n","namespace":"s"},"volumeGroupSnapshotClassName":"b"}}""",
            ],
            "volumeGroupSnapshotClassName is immutable once set");
        yield return Case("62a", "VolumeGroupSnapshotContent",
            [
                """{"spec":{"deletionPolicy":"Delete","driver":"d","source":{"volumeHandles":["a"]},"volumeGroupSnapshotRef":{"name":"n","namespace":"s"}}}""",
                """{"spec":{"deletionPolicy":"Delete","driver":"d","source":{"volumeHandles":["a"]},"volumeGroupSnapshotRef":{"name":"n","namespace":"s"},"volumeGroupSnapshotClassName":"a"}}""",
            ]);
        yield return Case("62b", "VolumeGroupSnapshotContent",
            [
                """{"spec":{"deletionPolicy":"Delete","driver":"d","source":{"volumeHandles":["a"]},"volumeGroupSnapshotRef":{"name":"n","namespace":"s"},"volumeGroupSnapshotClassName":"a"}}""",
                """{"spec":{"deletionPolicy":"Delete","driver":"d","source":{"volumeHandles":["a"]},"volumeGroupSnapshotRef":{"name":"n","namespace":"s"}}}""",
            ]);
        yield return Case("63", "VolumeGroupSnapshotContent",
            [
                """{"spec":{"deletionPolicy":"Retain","driver":"d","source":{"volumeHandles":["a"]},"volumeGroupSnapshotRef":{"name":"n","namespace":"s"}}}""",
                """{"spec":{"deletionPolicy":"Delete","driver":"d","source":{"volumeHandles":["a"]},"volumeGroupSnapshotRef":{"name":"n","namespace":"s"}}}""",
            ]);
        yield return Case("64a", "VolumeGroupSnapshotContent",
            [
                """{"spec":{"deletionPolicy":"Delete","driver":"d","source":{"volumeHandles":["a"]},"volumeGroupSnapshotRef":{"name":"n","namespace":"s"}}}""",
                """{"status":{"volumeGroupSnapshotHandle":"a"}}""",
                """{"status":{"volumeGroupSnapshotHandle":"b"}}""",
            ],
            "volumeGroupSnapshotHandle is immutable once set");
        yield return Case("64b", "VolumeGroupSnapshotContent",
            [
                """{"spec":{"deletionPolicy":"Delete","driver":"d","source":{"volumeHandles":["a"]},"volumeGroupSnapshotRef":{"name":"n","namespace":"s"}}}""",
                """{"status":{"volumeGroupSnapshotHandle":"a"}}""",
                """{"status":{}}""",
            ]);

        yield return Case("65", "VolumeGroupSnapshotClass",
            [
                """{"driver":"d","deletionPolicy":"Delete"}""",
                """{"driver":"d","deletionPolicy":"Retain"}""",
            ],
            "deletionPolicy is immutable once set");
        yield return Case("66", "VolumeGroupSnapshotClass",
            [
                """{"driver":"d","deletionPolicy":"Delete","parameters":{"a":"b"}}""",
                """{"driver":"d","deletionPolicy":"Delete","parameters":{"a":"c"}}""",
            ],
            "parameters: Invalid value: parameters are immutable once set");
        yield return Case("67", "VolumeGroupSnapshotClass",
            [
                """{"driver":"d","deletionPolicy":"Delete"}""",
                """{"driver":"e","deletionPolicy":"Delete"}""",
            ],
            "driver is immutable once set");
        yield return Case("68", "VolumeGroupSnapshotClass",
            [
                """{"driver":"d","deletionPolicy":"Delete"}""",
                """{"driver":"d","deletionPolicy":"Delete","parameters":{"a":"b"}}""",
            ]);
        yield return Case("69", "VolumeGroupSnapshotClass",
            [
                """{"driver":"d","deletionPolicy":"Delete"}""",
                """{"version":"v1beta1","driver":"e","deletionPolicy":"Delete"}""",
            ]);
    }

    private static TestCaseData Case(string number, string kind, string[] states, string refused = "") =>
        new TestCaseData(kind, states, refused).SetName($"Case_{number}_{(refused.Length == 0 ? "accepted" : "refused")}");
}

using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster.Tests;

/// <summary>What each kind refuses: one change to a good object, one field named in the refusal.</summary>
internal sealed class ValidationTests
{
    private static readonly Dictionary<string, string> Good = new()
    {
        ["persistentvolumes"] = """{"metadata":{"name":"a"},"spec":{"capacity":{"storage":"1Gi"},"accessModes":["ReadWriteOnce"],"csi":{"driver":"csi.example.com","volumeHandle":"h"}}}""",
        ["persistentvolumeclaims"] = """{"metadata":{"name":"a","namespace":"default"},"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}}""",
        ["storageclasses"] = """{"metadata":{"name":"a"},"provisioner":"csi.example.com","parameters":{"k":"v"}}""",
        ["volumeattachments"] = """{"metadata":{"name":"a"},"spec":{"attacher":"csi.example.com","nodeName":"n1","source":{"persistentVolumeName":"pv1"}}}""",
        ["csinodes"] = """{"metadata":{"name":"n1"},"spec":{"drivers":[{"name":"csi.example.com","nodeID":"id","topologyKeys":["zone"]}]}}""",
        ["csidrivers"] = """{"metadata":{"name":"csi.example.com"},"spec":{"attachRequired":true}}""",
        ["csistoragecapacities"] = """{"metadata":{"name":"a","namespace":"default"},"storageClassName":"fast","capacity":"1Gi"}""",
        ["volumeattributesclasses"] = """{"metadata":{"name":"a"},"driverName":"csi.example.com","parameters":{"k":"v"}}""",
        ["secrets"] = """{"metadata":{"name":"a","namespace":"default"},"data":{"k":"dg=="},"immutable":true}""",
        ["leases"] = """{"metadata":{"name":"a","namespace":"default"},"spec":{"leaseDurationSeconds":15}}""",
        ["events"] = """{"metadata":{"name":"a","namespace":"default"},"involvedObject":{"namespace":"default"}}""",
        ["pods"] = """{"metadata":{"name":"a","namespace":"default"},"spec":{"containers":[{"name":"c","image":"i"}]}}""",
        ["deployments"] = """{"metadata":{"name":"a","namespace":"default"},"spec":{"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}}""",
        ["services"] = """{"metadata":{"name":"a","namespace":"default"},"spec":{"selector":{"a":"b"},"ports":[{"name":"http","port":80,"targetPort":"web"}]}}""",
        ["poddisruptionbudgets"] = """{"metadata":{"name":"a","namespace":"default"},"spec":{"maxUnavailable":1,"selector":{"matchLabels":{"a":"b"}}}}""",
        ["networkpolicies"] = """{"metadata":{"name":"a","namespace":"default"},"spec":{"podSelector":{},"ingress":[{"ports":[{"port":"http"}],"from":[{"podSelector":{}}]}]}}""",
        ["rolebindings"] = """{"metadata":{"name":"a","namespace":"default"},"roleRef":{"kind":"Role","name":"r"},"subjects":[{"kind":"User","name":"u"}]}""",
    };

    [TestCase("persistentvolumes", """{"spec":{"capacity":null}}""", "spec.capacity: Required value")]
    [TestCase("persistentvolumes", """{"spec":{"capacity":{"storage":"0"}}}""", "spec.capacity[storage]: Invalid value: \"0\": must be greater than zero")]
    [TestCase("persistentvolumes", """{"spec":{"accessModes":[]}}""", "spec.accessModes: Required value")]
    [TestCase("persistentvolumes", """{"spec":{"accessModes":["Sometimes"]}}""", "spec.accessModes: Unsupported value: \"Sometimes\": supported values: \"ReadOnlyMany\", \"ReadWriteMany\", \"ReadWriteOnce\", \"ReadWriteOncePod\"")]
    [TestCase("persistentvolumes", """{"spec":{"accessModes":["ReadWriteOncePod","ReadWriteOnce"]}}""", "spec.accessModes: Forbidden: may not use ReadWriteOncePod with other access modes")]
    [TestCase("persistentvolumes", """{"spec":{"csi":null}}""", "spec: Required value: must specify a volume type")]
    [TestCase("persistentvolumes", """{"spec":{"hostPath":{"path":"/x"}}}""", "may not specify more than 1 volume type")]
    [TestCase("persistentvolumes", """{"spec":{"csi":{"volumeHandle":""}}}""", "spec.csi.volumeHandle: Required value")]
    [TestCase("persistentvolumes", """{"spec":{"csi":{"driver":""}}}""", "spec.csi.driver: Required value")]
    [TestCase("persistentvolumes", """{"spec":{"csi":{"nodeStageSecretRef":{"name":"x"}}}}""", "spec.csi.nodeStageSecretRef.namespace: Required value")]
    [TestCase("persistentvolumes", """{"spec":{"nodeAffinity":{"required":{"nodeSelectorTerms":[]}}}}""", "spec.nodeAffinity.required.nodeSelectorTerms: Required value: must have at least one node selector term")]
    [TestCase("persistentvolumes", """{"spec":{"nodeAffinity":{"required":{"nodeSelectorTerms":[{"matchExpressions":[{"key":"z","operator":"In"}]}]}}}}""", "must be specified when `operator` is 'In' or 'NotIn'")]
    [TestCase("persistentvolumes", """{"spec":{"persistentVolumeReclaimPolicy":"Burn"}}""", "spec.persistentVolumeReclaimPolicy: Unsupported value")]
    [TestCase("persistentvolumes", """{"spec":{"volumeMode":"Tape"}}""", "spec.volumeMode: Unsupported value: \"Tape\": supported values: \"Block\", \"Filesystem\"")]
    [TestCase("persistentvolumes", """{"metadata":{"name":"UPPER"}}""", "metadata.name: Invalid value: \"UPPER\": a lowercase RFC 1123 subdomain must consist of")]
    [TestCase("persistentvolumes", """{"metadata":{"name":""}}""", "metadata.name: Required value: name or generateName is required")]
    [TestCase("persistentvolumes", """{"metadata":{"labels":{"a b":"c"}}}""", "metadata.labels: Invalid value: \"a b\"")]
    [TestCase("persistentvolumes", """{"metadata":{"finalizers":["mine"]}}""", "metadata.finalizers[0]: Invalid value: \"mine\": name is neither a standard finalizer name nor is it fully qualified")]
    [TestCase("persistentvolumes", """{"metadata":{"ownerReferences":[{"apiVersion":"v1","kind":"Pod","name":"p"}]}}""", "metadata.ownerReferences.uid: Invalid value: \"\": must not be empty")]
    [TestCase("persistentvolumeclaims", """{"spec":{"accessModes":null}}""", "spec.accessModes: Required value: at least 1 access mode is required")]
    [TestCase("persistentvolumeclaims", """{"spec":{"resources":null}}""", "spec.resources[storage]: Required value")]
    [TestCase("persistentvolumeclaims", """{"spec":{"dataSourceRef":{"kind":"VolumeSnapshot","name":"s"}}}""", "must be 'PersistentVolumeClaim' when referencing the default apiGroup")]
    [TestCase("storageclasses", """{"provisioner":""}""", "provisioner: Required value")]
    [TestCase("storageclasses", """{"reclaimPolicy":"Recycle"}""", "reclaimPolicy: Unsupported value")]
    [TestCase("volumeattachments", """{"spec":{"attacher":""}}""", "spec.attacher: Required value")]
    [TestCase("volumeattachments", """{"spec":{"source":{"persistentVolumeName":null}}}""", "spec.source: Required value: must specify exactly one of inlineVolumeSpec and persistentVolumeName")]
    [TestCase("csinodes", """{"spec":{"drivers":[{"name":"csi.example.com","nodeID":""}]}}""", "spec.drivers[0].nodeID: Required value")]
    [TestCase("csinodes", """{"spec":{"drivers":[{"name":"d","nodeID":"i"},{"name":"d","nodeID":"i"}]}}""", "spec.drivers[1].name: Duplicate value: \"d\"")]
    [TestCase("csidrivers", """{"spec":{"volumeLifecycleModes":["Eternal"]}}""", "spec.volumeLifecycleModes: Unsupported value")]
    [TestCase("csidrivers", """{"spec":{"tokenRequests":[{"audience":"a","expirationSeconds":599}]}}""", "spec.tokenRequests[0].expirationSeconds: Invalid value: 599")]
    [TestCase("csidrivers", """{"spec":{"tokenRequests":[{"audience":"a","expirationSeconds":4294967297}]}}""", "spec.tokenRequests[0].expirationSeconds: Invalid value: 4294967297")]
    [TestCase("csidrivers", """{"spec":{"nodeAllocatableUpdatePeriodSeconds":9}}""", "spec.nodeAllocatableUpdatePeriodSeconds: Invalid value: 9")]
    [TestCase("csidrivers", """{"spec":{"serviceAccountTokenInSecrets":true}}""", "spec.serviceAccountTokenInSecrets: Invalid value: true: serviceAccountTokenInSecrets is set but no tokenRequests are specified")]
    [TestCase("csistoragecapacities", """{"capacity":"-1Gi"}""", "capacity: Invalid value: \"-1Gi\": must be greater than or equal to 0")]
    [TestCase("csistoragecapacities", """{"storageClassName":""}""", "storageClassName: Invalid value")]
    [TestCase("volumeattributesclasses", """{"driverName":""}""", "driverName: Required value")]
    [TestCase("volumeattributesclasses", """{"parameters":null}""", "parameters: Required value")]
    [TestCase("secrets", """{"data":{"a/b":"dg=="}}""", "data[a/b]: Invalid value")]
    [TestCase("leases", """{"spec":{"leaseDurationSeconds":0}}""", "spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0")]
    [TestCase("events", """{"involvedObject":{"namespace":"other"}}""", "involvedObject.namespace: Invalid value: \"other\": does not match event.namespace")]
    [TestCase("events", """{"eventTime":"2026-01-01T00:00:00.000000Z","reason":"r","action":"a","reportingComponent":"c"}""", "reportingInstance: Required value")]
    [TestCase("pods", """{"spec":{"containers":[]}}""", "spec.containers: Required value")]
    [TestCase("pods", """{"spec":{"containers":[{"name":"c","image":"i","volumeMounts":[{"name":"v","mountPath":"/v"}]}]}}""", "spec.containers[0].volumeMounts[0].name: Not found: \"v\"")]
    [TestCase("deployments", """{"spec":{"template":{"metadata":{"labels":{"a":"c"}}}}}""", "`selector` does not match template `labels`")]
    [TestCase("services", """{"metadata":{"name":"a.b"}}""", "metadata.name: Invalid value: \"a.b\": a lowercase RFC 1123 label must consist of")]
    [TestCase("services", """{"spec":{"ports":[]}}""", "spec.ports: Required value")]
    [TestCase("services", """{"spec":{"ports":[{"port":80},{"name":"b","port":81}]}}""", "spec.ports[0].name: Required value")]
    [TestCase("services", """{"spec":{"ports":[{"name":"b","port":80},{"name":"b","port":81}]}}""", "spec.ports[1].name: Duplicate value: \"b\"")]
    [TestCase("services", """{"spec":{"ports":[{"name":"b","port":80},{"name":"c","port":80}]}}""", "spec.ports[1]: Duplicate value: {\"Name\":\"\",\"Protocol\":\"TCP\",\"AppProtocol\":null,\"Port\":80,\"TargetPort\":0,\"NodePort\":0}")]
    [TestCase("services", """{"spec":{"ports":[{"port":65536}]}}""", "spec.ports[0].port: Invalid value: 65536: must be between 1 and 65535, inclusive")]
    [TestCase("services", """{"spec":{"ports":[{"port":80,"targetPort":"much-too-long-a-name"}]}}""", "spec.ports[0].targetPort: Invalid value: \"much-too-long-a-name\": must be no more than 15 characters")]
    [TestCase("services", """{"spec":{"ports":[{"port":80,"targetPort":"80"}]}}""", "spec.ports[0].targetPort: Invalid value: \"80\": must contain at least one letter (a-z)")]
    [TestCase("services", """{"spec":{"ports":[{"port":80,"targetPort":"a--b"}]}}""", "spec.ports[0].targetPort: Invalid value: \"a--b\": must not contain consecutive hyphens")]
    [TestCase("services", """{"spec":{"ports":[{"port":80,"protocol":"http"}]}}""", "spec.ports[0].protocol: Unsupported value: \"http\": supported values: \"SCTP\", \"TCP\", \"UDP\"")]
    [TestCase("services", """{"spec":{"ports":[{"port":80,"nodePort":30001}]}}""", "spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'")]
    [TestCase("services", """{"spec":{"type":"NodePort","ports":[{"port":80,"nodePort":80}]}}""", "spec.ports[0].nodePort: Invalid value: 80: provided port is not in the valid range")]
    [TestCase("services", """{"spec":{"type":"Robot"}}""", "spec.type: Unsupported value: \"Robot\"")]
    [TestCase("services", """{"spec":{"type":"ExternalName"}}""", "spec.externalName: Required value")]
    [TestCase("services", """{"spec":{"clusterIP":"ten"}}""", "spec.clusterIPs[0]: Invalid value: \"ten\": must be a valid IP address")]
    [TestCase("services", """{"spec":{"type":"NodePort","clusterIP":"None"}}""", "spec.clusterIPs[0]: Invalid value: \"None\": may not be set to 'None' for NodePort services")]
    [TestCase("services", """{"spec":{"selector":{"a b":"c"}}}""", "spec.selector: Invalid value: \"a b\"")]
    [TestCase("services", """{"spec":{"sessionAffinity":"Sometimes"}}""", "spec.sessionAffinity: Unsupported value: \"Sometimes\"")]
    [TestCase("services", """{"spec":{"externalTrafficPolicy":"Local"}}""", "spec.externalTrafficPolicy: Invalid value: \"Local\": may only be set for externally-accessible services")]
    [TestCase("poddisruptionbudgets", """{"spec":{"minAvailable":1,"selector":null}}""", "spec: Invalid value: {\"MinAvailable\":1,\"Selector\":null,\"MaxUnavailable\":1,\"UnhealthyPodEvictionPolicy\":null}: minAvailable and maxUnavailable cannot be both set")]
    [TestCase("poddisruptionbudgets", """{"spec":{"maxUnavailable":-1}}""", "spec.maxUnavailable: Invalid value: -1: must be greater than or equal to 0")]
    [TestCase("poddisruptionbudgets", """{"spec":{"maxUnavailable":"1"}}""", "spec.maxUnavailable: Invalid value: \"1\": a valid percent string must be")]
    [TestCase("poddisruptionbudgets", """{"spec":{"maxUnavailable":"101%"}}""", "spec.maxUnavailable: Invalid value: \"101%\": must not be greater than 100%")]
    [TestCase("poddisruptionbudgets", """{"spec":{"unhealthyPodEvictionPolicy":"Never"}}""", "spec.unhealthyPodEvictionPolicy: Unsupported value: \"Never\"")]
    [TestCase("poddisruptionbudgets", """{"spec":{"selector":{"matchLabels":{"a b":"c"}}}}""", "spec.selector.matchLabels: Invalid value: \"a b\"")]
    [TestCase("networkpolicies", """{"spec":{"policyTypes":["Inward"]}}""", "spec.policyTypes[0]: Unsupported value: \"Inward\": supported values: \"Ingress\", \"Egress\"")]
    [TestCase("networkpolicies", """{"spec":{"ingress":[{"from":[{}]}]}}""", "spec.ingress[0].from[0]: Required value: must specify a peer")]
    [TestCase("networkpolicies", """{"spec":{"ingress":[{"from":[{"podSelector":{},"ipBlock":{"cidr":"10.0.0.0/8"}}]}]}}""", "spec.ingress[0].from[0]: Forbidden: may not specify both ipBlock and another peer")]
    [TestCase("networkpolicies", """{"spec":{"egress":[{"to":[{"ipBlock":{"cidr":"10.0.0.0"}}]}]}}""", "spec.egress[0].to[0].ipBlock.cidr: Invalid value: \"10.0.0.0\": must be a valid CIDR value")]
    [TestCase("networkpolicies", """{"spec":{"egress":[{"to":[{"ipBlock":{"cidr":"10.0.0.0/8","except":["11.0.0.0/16"]}}]}]}}""", "spec.egress[0].to[0].ipBlock.except[0]: Invalid value: \"11.0.0.0/16\": must be a strict subset of `cidr`")]
    [TestCase("networkpolicies", """{"spec":{"ingress":[{"ports":[{"port":"Http"}]}]}}""", "spec.ingress[0].ports[0].port: Invalid value: \"Http\"")]
    [TestCase("networkpolicies", """{"spec":{"ingress":[{"ports":[{"port":90,"endPort":80}]}]}}""", "spec.ingress[0].ports[0].endPort: Invalid value: 90: must be greater than or equal to `port`")]
    [TestCase("networkpolicies", """{"spec":{"ingress":[{"ports":[{"port":"web","endPort":80}]}]}}""", "may not be specified when `port` is non-numeric")]
    [TestCase("networkpolicies", """{"spec":{"podSelector":{"matchExpressions":[{"key":"a","operator":"Is"}]}}}""", "spec.podSelector.matchExpressions[0].operator: Invalid value: \"Is\"")]
    [TestCase("deployments", """{"spec":{"template":{"spec":{"containers":[{"image":"i"}]}}}}""", "spec.template.spec.containers[0].name: Required value")]
    [TestCase("deployments", """{"spec":{"template":{"spec":{"containers":[{"name":"c"}]}}}}""", "spec.template.spec.containers[0].image: Required value")]
    [TestCase("deployments", """{"spec":{"template":{"spec":{"containers":[{"name":"c","image":"i","volumeMounts":[{"name":"v","mountPath":"/v"}]}]}}}}""", "spec.template.spec.containers[0].volumeMounts[0].name: Not found: \"v\"")]
    [TestCase("deployments", """{"spec":{"template":{"spec":{"restartPolicy":"Never"}}}}""", "spec.template.spec.restartPolicy: Unsupported value: \"Never\": supported values: \"Always\"")]
    [TestCase("rolebindings", """{"subjects":[{"kind":"Robot","name":"u"}]}""", "subjects[0].kind: Unsupported value: \"Robot\"")]
    [TestCase("persistentvolumes", """{"spec":{"volumeAttributesClassName":"A_b"}}""", "spec.volumeAttributesClassName: Invalid value: \"A_b\": a lowercase RFC 1123 subdomain")]
    [TestCase("persistentvolumes", """{"spec":{"nodeAffinity":{"required":{"nodeSelectorTerms":[{"matchExpressions":[{"key":"z","operator":"In","values":["A b"]}]}]}}}} """, "spec.nodeAffinity.required.nodeSelectorTerms[0].matchExpressions[0].values[0]: Invalid value: \"A b\": a valid label must be")]
    [TestCase("persistentvolumes", """{"spec":{"nodeAffinity":{"required":{"nodeSelectorTerms":[{"matchFields":[{"key":"metadata.name","operator":"In","values":["a","b"]}]}]}}}} """, "must be only one value when `operator` is 'In' or 'NotIn' for node field selector")]
    [TestCase("persistentvolumes", """{"spec":{"nodeAffinity":{"required":{"nodeSelectorTerms":[{"matchFields":[{"key":"foo","operator":"In","values":["a"]}]}]}}}} """, "matchFields[0].key: Invalid value: \"foo\": not a valid field selector key")]
    [TestCase("persistentvolumes", """{"spec":{"nodeAffinity":{"required":{"nodeSelectorTerms":[{"matchFields":[{"key":"metadata.name","operator":"Exists"}]}]}}}} """, "matchFields[0].operator: Invalid value: \"Exists\": not a valid selector operator")]
    [TestCase("persistentvolumeclaims", """{"spec":{"selector":{"matchLabels":{"a b":"c"}}}}""", "spec.selector.matchLabels: Invalid value: \"a b\"")]
    [TestCase("persistentvolumeclaims", """{"spec":{"selector":{"matchExpressions":[{"key":"a","operator":"Gt","values":["1"]}]}}}""", "spec.selector.matchExpressions[0].operator: Invalid value: \"Gt\": not a valid selector operator")]
    [TestCase("storageclasses", """{"allowedTopologies":[{}]}""", "allowedTopologies[0].matchLabelExpressions: Duplicate value: \"\"")]
    [TestCase("storageclasses", """{"allowedTopologies":[{"matchLabelExpressions":[{"key":"a","values":["x","x"]}]}]}""", "allowedTopologies[0].matchLabelExpressions[0].values[1]: Duplicate value: \"x\"")]
    [TestCase("storageclasses", """{"allowedTopologies":[{"matchLabelExpressions":[{"key":"a","values":["x"]},{"key":"a","values":["y"]}]}]}""", "allowedTopologies[0].matchLabelExpressions[1].key: Duplicate value: \"a\"")]
    [TestCase("storageclasses", """{"allowedTopologies":[{"matchLabelExpressions":[{"key":"a","values":["x"]}]},{"matchLabelExpressions":[{"key":"a","values":["x"]}]}]}""", "allowedTopologies[1].matchLabelExpressions: Duplicate value: \"\"")]
    [TestCase("volumeattachments", """{"spec":{"source":{"persistentVolumeName":"A_b"}}}""", "spec.source.persistentVolumeName: Invalid value: \"A_b\": a lowercase RFC 1123 subdomain")]
    [TestCase("volumeattachments", """{"spec":{"source":{"persistentVolumeName":null,"inlineVolumeSpec":{"csi":{"driver":"d","volumeHandle":"h"}}}}}""", "spec.source.inlineVolumeSpec.accessModes: Required value")]
    [TestCase("volumeattachments", """{"spec":{"source":{"persistentVolumeName":null,"inlineVolumeSpec":{"accessModes":["ReadWriteOnce"],"csi":{"driver":"d","volumeHandle":"h"},"capacity":{"storage":"1Gi"}}}}}""", "spec.source.inlineVolumeSpec.capacity: Forbidden: may not be specified in the context of inline volumes")]
    [TestCase("volumeattachments", """{"spec":{"source":{"persistentVolumeName":null,"inlineVolumeSpec":{"accessModes":["ReadWriteOnce"],"csi":{"driver":"d","volumeHandle":"h"},"volumeMode":"Block"}}}}""", "spec.source.inlineVolumeSpec.volumeMode: Forbidden: may not specify volumeMode other than Filesystem in the context of inline volumes")]
    [TestCase("csistoragecapacities", """{"nodeTopology":{"matchLabels":{"a":"b c"}}}""", "nodeTopology.matchLabels: Invalid value: \"b c\": a valid label must be")]
    [TestCase("csistoragecapacities", """{"nodeTopology":{"matchExpressions":[{"key":"a","operator":"In"}]}}""", "nodeTopology.matchExpressions[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn'")]
    [TestCase("events", """{"eventTime":"2026-01-01T00:00:00.000000Z","reason":"r","action":"a","reportingComponent":"a b","reportingInstance":"i"}""", "reportingComponent: Invalid value: \"a b\": name part must consist of")]
    [TestCase("events", """{"metadata":{"name":"a/b"}}""", "metadata.name: Invalid value: \"a/b\": may not contain '/'")]
    [TestCase("pods", """{"spec":{"volumes":[{"name":"v","csi":{}}]}}""", "spec.volumes[0].csi.driver: Required value")]
    [TestCase("persistentvolumes", """{"metadata":{"ownerReferences":[{"apiVersion":"a/b/c","kind":"Pod","name":"p","uid":"u"}]}}""", "metadata.ownerReferences.apiVersion: Invalid value: \"a/b/c\": version must not be empty")]
    [TestCase("persistentvolumes", """{"metadata":{"ownerReferences":[{"apiVersion":"v1","kind":"Event","name":"p","uid":"u"}]}}""", "/v1, Kind=Event is disallowed from being an owner")]
    [TestCase("persistentvolumes", """{"metadata":{"ownerReferences":[{"apiVersion":"v1","kind":"Pod","name":"p","uid":"u","controller":true},{"apiVersion":"v1","kind":"Pod","name":"q","uid":"w","controller":true}]}}""", "Only one reference can have Controller set to true. Found \"true\" in references for Pod/p and Pod/q")]
    public void A_new_object_is_refused(string resource, string change, string expected)
    {
        using var storage = TestStorage.Create();

        var error = storage.Create(resource, MergePatch.Apply(TestStorage.Json(Good[resource]), TestStorage.Json(change))).Error;

        Assert.That(error?.Code, Is.EqualTo(422), error?.ToString());
        Assert.That(error!.Message, Does.Contain(expected));
        Assert.That(error.Details!.Causes, Is.Not.Empty);
    }

    [TestCase("persistentvolumes", """{"spec":{"csi":{"volumeHandle":"other"}}}""", "spec.persistentvolumesource: Forbidden: spec.persistentvolumesource is immutable after creation")]
    [TestCase("persistentvolumes", """{"spec":{"volumeMode":"Block"}}""", "is invalid: volumeMode: Invalid value: \"Block\": field is immutable")]
    [TestCase("persistentvolumeclaims", """{"spec":{"accessModes":["ReadWriteMany"]}}""", "spec: Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims")]
    [TestCase("persistentvolumeclaims", """{"spec":{"resources":{"requests":{"storage":"2Gi"}}}}""", "spec: Forbidden: spec is immutable")]
    [TestCase("storageclasses", """{"parameters":{"k":"w"}}""", "parameters: Forbidden: updates to parameters are forbidden.")]
    [TestCase("storageclasses", """{"volumeBindingMode":"WaitForFirstConsumer"}""", "volumeBindingMode: Invalid value: \"WaitForFirstConsumer\": field is immutable")]
    [TestCase("volumeattachments", """{"spec":{"nodeName":"n2"}}""", "field is immutable")]
    [TestCase("csinodes", """{"spec":{"drivers":[{"name":"csi.example.com","nodeID":"other","topologyKeys":["zone"]}]}}""", "spec.drivers[0].nodeID: Invalid value: \"other\": field is immutable")]
    [TestCase("csidrivers", """{"spec":{"attachRequired":false}}""", "spec.attachedRequired: Invalid value: false: field is immutable")]
    [TestCase("csidrivers", """{"spec":{"volumeLifecycleModes":["Ephemeral"]}}""", "spec.volumeLifecycleModes: Invalid value")]
    [TestCase("csistoragecapacities", """{"storageClassName":"slow"}""", "storageClassName: Invalid value: \"slow\": field is immutable")]
    [TestCase("csistoragecapacities", """{"nodeTopology":{"matchLabels":{"a":"b"}}}""", "nodeTopology: Invalid value")]
    [TestCase("volumeattributesclasses", """{"parameters":{"k":"w"}}""", "parameters: Forbidden")]
    [TestCase("secrets", """{"data":{"k":"dw=="}}""", "data: Forbidden: field is immutable when `immutable` is set")]
    [TestCase("pods", """{"spec":{"nodeName":"n1"}}""", "spec: Forbidden: pod updates may not change fields other than")]
    [TestCase("deployments", """{"spec":{"selector":{"matchLabels":{"x":"y"}},"template":{"metadata":{"labels":{"x":"y"}}}}}""", "spec.selector: Invalid value")]
    [TestCase("services", """{"spec":{"clusterIP":"10.96.9.9","clusterIPs":["10.96.9.9"]}}""", "spec.clusterIPs[0]: Invalid value: [\"10.96.9.9\"]: may not change once set")]
    [TestCase("rolebindings", """{"roleRef":{"name":"other"}}""", "cannot change roleRef")]
    [TestCase("persistentvolumes", """{"metadata":{"deletionTimestamp":"2000-01-01T00:00:00Z"}}""", "metadata.deletionTimestamp: Invalid value: \"2000-01-01T00:00:00Z\": field is immutable")]
    [TestCase("persistentvolumes", """{"metadata":{"uid":"another"}}""", "metadata.uid: Invalid value: \"another\": field is immutable")]
    [TestCase("persistentvolumeclaims", """{"spec":{"volumeAttributesClassName":"gold"}}""", "spec: Forbidden: spec is immutable after creation")]
    public void A_change_is_refused(string resource, string change, string expected)
    {
        using var storage = TestStorage.Create();
        var stored = storage.Create(resource, TestStorage.Json(Good[resource])).Value;

        var error = storage.Patch(resource, stored.Namespace, stored.Name, PatchKind.Merge, TestStorage.Json(change)).Error;

        Assert.That(error?.Code, Is.EqualTo(422), error?.ToString());
        Assert.That(error!.Message, Does.Contain(expected));
    }

    [TestCase("csistoragecapacities", """{"capacity":"2Gi","maximumVolumeSize":"1Gi"}""")]
    [TestCase("csidrivers", """{"spec":{"storageCapacity":true}}""")]
    public void A_change_is_accepted(string resource, string change)
    {
        using var storage = TestStorage.Create();
        var stored = storage.Create(resource, TestStorage.Json(Good[resource])).Value;

        var result = storage.Patch(resource, stored.Namespace, stored.Name, PatchKind.Merge, TestStorage.Json(change));

        Assert.That(result.IsOk, Is.True, result.Error?.ToString());
    }

    [Test]
    public void Every_good_object_is_accepted()
    {
        using var storage = TestStorage.Create();

        var refusals = Good.Select(entry => storage.Create(entry.Key, TestStorage.Json(entry.Value)).Error).OfType<ApiStatus>();

        Assert.That(refusals, Is.Empty);
    }

    [TestCase("leases", """{"metadata":{"finalizers":["mine"]}}""")]
    [TestCase("events", """{"metadata":{"finalizers":["mine"]}}""")]
    [TestCase("events", """{"metadata":{"name":"UPPER_case"}}""")]
    [TestCase("csistoragecapacities", """{"maximumVolumeSize":"-1Gi"}""")]
    [TestCase("storageclasses", """{"reclaimPolicy":""}""")]
    [TestCase("pods", """{"spec":{"volumes":[{"name":"v"}]}}""")]
    [TestCase("persistentvolumes", """{"metadata":{"resourceVersion":"0"}}""")]
    public void A_new_object_is_accepted(string resource, string change)
    {
        using var storage = TestStorage.Create();

        var result = storage.Create(resource, MergePatch.Apply(TestStorage.Json(Good[resource]), TestStorage.Json(change)));

        Assert.That(result.IsOk, Is.True, result.Error?.ToString());
    }

    [TestCase(256, true)]
    [TestCase(257, false)]
    public void The_id_of_a_node_is_at_most_256_characters_long(int length, bool isAllowed)
    {
        using var storage = TestStorage.Create();
        var content = TestStorage.Json(Good["csinodes"]);
        content["spec"]!["drivers"]![0]!["nodeID"] = new string('i', length);

        Assert.That(storage.Create("csinodes", content).IsOk, Is.EqualTo(isAllowed));
    }

    [TestCase("""{"capacity":{"storage":"-1"}}""", "status.capacity[storage]: Invalid value: \"-1\": must be a valid resource quantity")]
    [TestCase("""{"allocatedResources":{"foo":"5Gi"}}""", "status.allocatedResources: Unsupported value: \"foo\": supported values: \"storage\"")]
    [TestCase("""{"allocatedResources":{"storage":"-5Gi"}}""", "status.allocatedResources[storage]: Invalid value")]
    [TestCase("""{"allocatedResourceStatuses":{"storage":"Foo"}}""", "status.allocatedResourceStatuses: Unsupported value: \"storage\": supported values: \"ControllerResizeInProgress\"")]
    [TestCase("""{"allocatedResourceStatuses":{"foo":"NodeResizePending"}}""", "status.allocatedResourceStatuses: Unsupported value: \"foo\": supported values: \"storage\"")]
    [TestCase("""{"capacity":{"storage":"1Gi"},"allocatedResources":{"example.com/a":"1"},"allocatedResourceStatuses":{"storage":"NodeResizePending","example.com/a":"NodeResizePending"}}""", null)]
    public void What_a_claim_reports_of_its_growth_is_checked(string status, string? expected)
    {
        using var storage = TestStorage.Create();
        _ = storage.Create("persistentvolumeclaims", TestStorage.Json(Good["persistentvolumeclaims"])).Value;

        var error = storage.Patch("persistentvolumeclaims", "default", "a", PatchKind.Merge, new JsonObject { ["status"] = TestStorage.Json(status) }, "status").Error;

        if (expected is null) Assert.That(error, Is.Null);
        else Assert.That(error?.Message, Does.Contain(expected));
    }

    [TestCase("\"gold\"")]
    [TestCase("\"\"")]
    [TestCase("null")]
    public void The_attributes_class_of_a_bound_claim_may_change(string name)
    {
        using var storage = TestStorage.Create();
        _ = storage.Create("persistentvolumeclaims", MergePatch.Apply(TestStorage.Json(Good["persistentvolumeclaims"]), TestStorage.Json("""{"spec":{"volumeAttributesClassName":"silver"}}"""))).Value;
        JsonObject Change() => TestStorage.Json($$$"""{"spec":{"volumeAttributesClassName":{{{name}}}}}""");

        var unbound = storage.Patch("persistentvolumeclaims", "default", "a", PatchKind.Merge, Change());
        _ = storage.Patch("persistentvolumeclaims", "default", "a", PatchKind.Merge, TestStorage.Json("""{"status":{"phase":"Bound"}}"""), "status").Value;
        var bound = storage.Patch("persistentvolumeclaims", "default", "a", PatchKind.Merge, Change());

        Assert.That(unbound.Error?.Message, Does.Contain("spec: Forbidden: spec is immutable after creation"));
        Assert.That(bound.IsOk, Is.True, bound.Error?.ToString());
    }

    [Test]
    public void The_time_of_a_volumes_last_phase_stays_while_the_phase_does()
    {
        using var storage = TestStorage.Create();
        var created = storage.Create("persistentvolumes", TestStorage.Json(Good["persistentvolumes"])).Value.ToJson();
        var replaced = created.DeepClone().AsObject();
        replaced["status"] = new JsonObject { ["phase"] = "Pending" };

        var after = storage.UpdateStatus("persistentvolumes", replaced).Value.ToJson();

        Assert.That(after["status"]!.ToJsonString(), Is.EqualTo(created["status"]!.ToJsonString()));
    }

    [TestCase(-1, false)]
    [TestCase(13, true)]
    public void The_code_of_an_attachment_error_is_not_negative(int code, bool isAllowed)
    {
        using var storage = TestStorage.Create();
        _ = storage.Create("volumeattachments", TestStorage.Json(Good["volumeattachments"])).Value;

        var error = storage.Patch("volumeattachments", null, "a", PatchKind.Merge, new JsonObject
        {
            ["status"] = new JsonObject { ["attached"] = false, ["attachError"] = new JsonObject { ["errorCode"] = code } },
        }, "status").Error;

        Assert.That(error is null, Is.EqualTo(isAllowed), error?.ToString());
        if (!isAllowed) Assert.That(error!.Message, Does.Contain($"status.attachError.errorCode: Invalid value: {code}: must be between 0 and 2147483647, inclusive"));
    }

    [TestCase("2Gi", true)]
    [TestCase("512Mi", false)]
    public void A_bound_claim_may_ask_for_more_but_not_for_less_than_it_has(string storageRequest, bool isAllowed)
    {
        using var storage = TestStorage.Create();
        _ = storage.Create("persistentvolumeclaims", TestStorage.Json(Good["persistentvolumeclaims"])).Value;
        _ = storage.Patch("persistentvolumeclaims", "default", "a", PatchKind.Merge, TestStorage.Json("""{"status":{"phase":"Bound","capacity":{"storage":"1Gi"}}}"""), "status").Value;

        var result = storage.Patch("persistentvolumeclaims", "default", "a", PatchKind.Merge, new JsonObject
        {
            ["spec"] = new JsonObject { ["resources"] = new JsonObject { ["requests"] = new JsonObject { ["storage"] = storageRequest } } },
        });

        Assert.That(result.IsOk, Is.EqualTo(isAllowed), result.Error?.ToString());
        if (!isAllowed) Assert.That(result.Error!.Message, Does.Contain("spec.resources.requests.storage: Forbidden: field can not be less than status.capacity"));
    }

    [TestCase("attachError")]
    [TestCase("detachError")]
    public void An_attachment_error_is_at_most_1024_bytes_long(string field)
    {
        using var storage = TestStorage.Create();
        _ = storage.Create("volumeattachments", TestStorage.Json(Good["volumeattachments"])).Value;

        StoreResult Report(int length) => storage.Patch("volumeattachments", null, "a", PatchKind.Merge, new JsonObject
        {
            ["status"] = new JsonObject { ["attached"] = false, [field] = new JsonObject { ["message"] = new string('x', length) } },
        }, "status");

        Assert.That(Report(1024).IsOk, Is.True);
        Assert.That(Report(1025).Error?.Code, Is.EqualTo(422));
    }
}

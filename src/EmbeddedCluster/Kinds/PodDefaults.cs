using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster;

/// <summary>The defaults of a pod spec, also inside the templates of workloads.</summary>
internal static class PodDefaults
{
    private const long GraceSeconds = 30;

    public static void Set(JsonObject spec)
    {
        spec.Default("restartPolicy", "Always");
        spec.Default("dnsPolicy", "ClusterFirst");
        spec.Default("schedulerName", "default-scheduler");
        spec.Default("terminationGracePeriodSeconds", GraceSeconds);
        spec.Default("securityContext", new JsonObject());
        if (spec.Text("serviceAccountName") is { Length: > 0 } account) spec["serviceAccount"] = account;
        foreach (var group in (ReadOnlySpan<string>)["containers", "initContainers"])
            foreach (var container in spec.Array(group).Objects()) SetContainer(container);
        foreach (var volume in spec.Array("volumes").Objects())
        {
            if (!volume.Any(entry => entry.Key != "name" && entry.Value is not null)) volume["emptyDir"] = new JsonObject();
            foreach (var source in (ReadOnlySpan<string>)["secret", "configMap", "downwardAPI", "projected"])
                if (volume.Object(source) is { } files) files.Default("defaultMode", 420);
            if (volume.Object("ephemeral", "volumeClaimTemplate") is { } claim) claim.Child("spec").Default("volumeMode", "Filesystem");
            if (volume.Object("hostPath") is { } hostPath) hostPath.Default("type", "");
        }
    }

    private static void SetContainer(JsonObject container)
    {
        container.Default("terminationMessagePath", "/dev/termination-log");
        container.Default("terminationMessagePolicy", "File");
        var image = container.Text("image") ?? "";
        var tag = image[(image.LastIndexOf('/') + 1)..];
        var isLatest = !tag.Contains('@') && (!tag.Contains(':') || tag.EndsWith(":latest", StringComparison.Ordinal));
        container.Default("imagePullPolicy", isLatest ? "Always" : "IfNotPresent");
        foreach (var port in container.Array("ports").Objects()) port.Default("protocol", "TCP");
        foreach (var variable in container.Array("env").Objects()) variable.Object("valueFrom", "fieldRef")?.Default("apiVersion", "v1");
        foreach (var probe in (ReadOnlySpan<string>)["livenessProbe", "readinessProbe", "startupProbe"])
            if (container.Object(probe) is { } settings)
            {
                settings.Default("timeoutSeconds", 1);
                settings.Default("periodSeconds", 10);
                settings.Default("successThreshold", 1);
                settings.Default("failureThreshold", 3);
                if (settings.Object("httpGet") is { } get)
                {
                    get.Default("path", "/");
                    get.Default("scheme", "HTTP");
                }
            }
    }
}

using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster;

/// <summary>A binding with its role resolved: whom it is for, where it holds, and what it allows.</summary>
internal sealed record RbacBinding(string Namespace, IReadOnlyList<JsonObject> Subjects, IReadOnlyList<RbacRule> Rules)
{
    public bool IsFor(Caller caller) => Subjects.Any(subject => subject.Text("kind") switch
    {
        "User" => subject.Text("name") == caller.Name,
        "Group" => caller.Groups.Contains(subject.Text("name") ?? ""),
        "ServiceAccount" => caller.Name == $"system:serviceaccount:{subject.Text("namespace") ?? Namespace}:{subject.Text("name")}",
        _ => false,
    });
}

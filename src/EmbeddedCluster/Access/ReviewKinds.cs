namespace Sidecars.EmbeddedCluster;

/// <summary>The kinds that are only asked and never kept: who am I, what may I, a token for an account.</summary>
internal static class ReviewKinds
{
    public const string Authorization = "authorization.k8s.io";
    public const string Authentication = "authentication.k8s.io";

    public static ResourceDefinition SelfAccess { get; } = Make(Authorization, "authorization.SelfSubjectAccessReview", "selfsubjectaccessreviews");

    public static ResourceDefinition Access { get; } = Make(Authorization, "authorization.SubjectAccessReview", "subjectaccessreviews");

    public static ResourceDefinition SelfRules { get; } = Make(Authorization, "authorization.SelfSubjectRulesReview", "selfsubjectrulesreviews");

    public static ResourceDefinition Self { get; } = Make(Authentication, "authentication.SelfSubjectReview", "selfsubjectreviews");

    /// <summary>Not at a path of its own, but beneath the account it is for.</summary>
    public static ResourceDefinition Token { get; } = Make(Authentication, "authentication.TokenRequest", "tokenrequests");

    /// <summary>Those that have a path of their own.</summary>
    public static IReadOnlyList<ResourceDefinition> Served { get; } = [Access, SelfAccess, SelfRules, Self];

    public static bool Serves(string group) => group is Authorization or Authentication;

    /// <summary>The kind that a request is about.</summary>
    public static ResourceDefinition? Find(RequestInfo request) =>
        Served.FirstOrDefault(kind => kind.Group == request.Group && kind.Version == request.Version && kind.Plural == request.Resource);

    /// <summary>Whether everybody with a token may ask for it, as the default roles of a real cluster have it.</summary>
    public static bool IsOpen(RequestInfo request) => request is { Verb: "create", Name: "", Subresource: "" }
        && Find(request) is { } kind && kind != Access;

    private static ResourceDefinition Make(string group, string type, string plural)
    {
        var shape = KindTable.Find(type);
        return new ResourceDefinition
        {
            Group = group, Version = "v1", Plural = plural, Kind = shape.Name, IsNamespaced = false, Schema = new BuiltInSchema(shape), Shape = shape,
        };
    }
}

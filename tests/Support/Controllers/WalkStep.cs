using Sidecars.EmbeddedCluster;

namespace Sidecars.Tests.Support.Controllers;

/// <summary>One thing a program does to the world: a kind of API request, or a CSI method.</summary>
public sealed record WalkStep(string Method, string Resource = "", string Subresource = "")
{
    public bool IsCsi => Resource.Length is 0;

    /// <summary>The requests of that kind, by the program.</summary>
    public RequestMatch MatchOf(string program) => new() { Verb = Method, Resource = Resource, Subresource = Subresource, UserAgent = program };

    public static WalkStep Of(LoggedRequest request) => new(request.Request.Verb, request.Request.Resource, request.Request.Subresource);

    public override string ToString() => IsCsi ? Method : $"{Method} {Resource}{(Subresource.Length > 0 ? "/" + Subresource : "")}";
}

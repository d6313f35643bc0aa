using Sidecars.EmbeddedCluster;

namespace Sidecars.ExternalAttacher.Tests.Program;

/// <summary>One thing the program does to the world: a kind of API request, or a CSI method.</summary>
internal sealed record WalkStep(string Method, string Resource = "", string Subresource = "")
{
    public bool IsCsi => Resource.Length is 0;

    public RequestMatch Match => new() { Verb = Method, Resource = Resource, Subresource = Subresource, UserAgent = ProcessRig.Name };

    public static WalkStep Of(LoggedRequest request) => new(request.Request.Verb, request.Request.Resource, request.Request.Subresource);

    public override string ToString() => IsCsi ? Method : $"{Method} {Resource}{(Subresource.Length > 0 ? "/" + Subresource : "")}";
}

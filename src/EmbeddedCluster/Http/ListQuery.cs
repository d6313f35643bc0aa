using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Sidecars.EmbeddedCluster;

/// <summary>The query parameters of a list or a watch, read and checked by the rules of the real server.</summary>
internal sealed record ListQuery
{
    public Selection Selection { get; private init; } = Selection.Everything;

    /// <summary>The resource version as sent: empty, "0" or a number.</summary>
    public string ResourceVersion { get; private init; } = "";

    public long Version { get; private init; }

    public string Match { get; private init; } = "";

    public int Limit { get; private init; }

    public ContinueToken? Continue { get; private init; }

    public bool AllowBookmarks { get; private init; }

    public bool? SendInitialEvents { get; private init; }

    public int TimeoutSeconds { get; private init; }

    public string IncludeObject { get; private init; } = "Metadata";

    public static (ListQuery? Query, ApiStatus? Error) Read(ResourceDefinition resource, RequestInfo info, IQueryCollection query)
    {
        var fields = query["fieldSelector"].ToString();
        if (info.Name.Length > 0) fields = fields.Length == 0 ? $"metadata.name={info.Name}" : $"{fields},metadata.name={info.Name}";
        var (selection, error) = Selection.Parse(resource, new ListOptions { LabelSelector = query["labelSelector"].ToString(), FieldSelector = fields });
        if (error is not null) return (null, error);

        var (text, token) = (query["resourceVersion"].ToString(), query["continue"].ToString());
        var errors = new FieldErrors();
        if (!long.TryParse(text.Length == 0 ? "0" : text, NumberStyles.None, CultureInfo.InvariantCulture, out var version))
        {
            var why = $"resourceVersion: Invalid value: {FieldErrors.Quote(text)}: strconv.ParseUint: parsing {FieldErrors.Quote(text)}: invalid syntax";
            return (null, info.Verb == "watch" ? ApiStatus.Failed(why) : ApiStatus.BadRequest("invalid resource version: " + why));
        }
        foreach (var number in (ReadOnlySpan<string>)["limit", "timeoutSeconds"])
            if (query[number].ToString() is { Length: > 0 } sent && !long.TryParse(sent, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _))
                return (null, ApiStatus.BadRequest($"strconv.ParseInt: parsing {FieldErrors.Quote(sent)}: invalid syntax"));
        var read = new ListQuery
        {
            Selection = selection!,
            ResourceVersion = text,
            Version = version,
            Match = query["resourceVersionMatch"].ToString(),
            Limit = Number(query, "limit"),
            AllowBookmarks = QueryFlags.IsSet(query["allowWatchBookmarks"]),
            SendInitialEvents = QueryFlags.Read(query["sendInitialEvents"]),
            TimeoutSeconds = Number(query, "timeoutSeconds"),
            IncludeObject = query["includeObject"].ToString() is { Length: > 0 } included ? included : "Metadata",
        };
        read.Check(info.Verb == "watch", token, errors);
        if (errors.Any) return (null, ApiStatus.Invalid("ListOptions.meta.k8s.io", "meta.k8s.io", "ListOptions", "", errors));
        if (token.Length == 0) return (read, null);
        if (ContinueToken.Parse(token) is not { } position) return (null, ApiStatus.BadRequest("continue key is not valid"));
        if (text.Length > 0 && text != "0") return (null, ApiStatus.BadRequest("specifying resource version is not allowed when using continue"));
        return (read with { Continue = position }, null);
    }

    private void Check(bool isWatch, string token, FieldErrors errors)
    {
        if (Match.Length > 0 && Match is not ("Exact" or "NotOlderThan"))
            errors.NotSupported("resourceVersionMatch", Match, "Exact", "NotOlderThan", "");
        if (isWatch)
        {
            if (SendInitialEvents is not null && Match != "NotOlderThan")
                errors.Forbidden("resourceVersionMatch", "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan");
            if (SendInitialEvents is null && Match.Length > 0)
                errors.Forbidden("resourceVersionMatch", "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided");
            return;
        }
        if (SendInitialEvents is not null) errors.Forbidden("sendInitialEvents", "sendInitialEvents is forbidden for list");
        if (Match.Length == 0) return;
        if (ResourceVersion.Length == 0) errors.Forbidden("resourceVersionMatch", "resourceVersionMatch is forbidden unless resourceVersion is provided");
        if (token.Length > 0) errors.Forbidden("resourceVersionMatch", "resourceVersionMatch is forbidden when continue is provided");
        if (Match == "Exact" && ResourceVersion == "0") errors.Forbidden("resourceVersionMatch", "resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\"");
    }

    private static int Number(IQueryCollection query, string name) =>
        int.TryParse(query[name].ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
}

using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Sidecars.EmbeddedCluster;

/// <summary>Writes kubeconfig files that kubectl and every client library read: one cluster, one user, one context.</summary>
internal static class Kubeconfig
{
    public static async Task Write(string path, Uri server, ClusterUser? user, X509Certificate2? authority)
    {
        var text = new StringBuilder()
            .AppendLine("apiVersion: v1")
            .AppendLine("kind: Config")
            .AppendLine("clusters:")
            .AppendLine("- name: embedded")
            .AppendLine("  cluster:")
            .AppendLine(System.Globalization.CultureInfo.InvariantCulture, $"    server: {server.GetLeftPart(UriPartial.Authority)}");
        if (authority is not null)
            text.AppendLine("    certificate-authority-data: " + Convert.ToBase64String(Encoding.ASCII.GetBytes(authority.ExportCertificatePem())));
        text
            .AppendLine("users:")
            .AppendLine(System.Globalization.CultureInfo.InvariantCulture, $"- name: {Quoted(user?.Name ?? "anonymous")}")
            .AppendLine(user is null ? "  user: {}" : $"  user:\n    token: {Quoted(user.Token)}")
            .AppendLine("contexts:")
            .AppendLine("- name: embedded")
            .AppendLine("  context:")
            .AppendLine("    cluster: embedded")
            .AppendLine(System.Globalization.CultureInfo.InvariantCulture, $"    user: {Quoted(user?.Name ?? "anonymous")}")
            .AppendLine("current-context: embedded");
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        // The file may hold a token.
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        await using var file = new StreamWriter(path, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), options);
        await file.WriteAsync(text);
    }

    private static string Quoted(string text) => FieldErrors.Quote(text);
}

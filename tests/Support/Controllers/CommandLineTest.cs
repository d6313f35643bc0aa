namespace Sidecars.Tests.Support.Controllers;

/// <summary>Exit codes of a published program for command lines that do not get as far as a cluster: those that all programs of controllers have in common.</summary>
/// <param name="program">Name of the program.</param>
public abstract class CommandLineTest(string program)
{
    [TestCase("--logging-format=xml", "LoggingConfiguration is invalid")]
    [TestCase("--log-text-split-stream", "LoggingConfiguration is invalid")]
    [TestCase("--metrics-address=:1 --http-endpoint=:2", "--metrics-address")]
    [TestCase("--timeout=0", "--timeout must be greater than zero")]
    [TestCase("--retry-interval-start=0", "--retry-interval-start must be greater than zero")]
    [TestCase("--retry-interval-max=0", "--retry-interval-max must be greater than zero")]
    public Task What_no_program_takes_is_named_and_ends_it_with_1(string arguments, string reason) => Refuses(arguments, 1, reason);

    [Test]
    public Task The_version_stands_on_standard_output() => CommandLines.TellsItsVersion(program);

    /// <inheritdoc cref="CommandLines.Refuses"/>
    protected Task Refuses(string arguments, int code, string reason) => CommandLines.Refuses(program, arguments, code, reason);

    /// <inheritdoc cref="CommandLines.EndsWith"/>
    protected Task EndsWith(string arguments, int code) => CommandLines.EndsWith(program, arguments, code);
}

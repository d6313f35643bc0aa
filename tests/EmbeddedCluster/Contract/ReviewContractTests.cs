namespace Sidecars.EmbeddedCluster.Tests;

/// <summary>What any API server answers to somebody who asks for his rights. Runs against the cluster of KUBECONFIG where that is set.</summary>
internal sealed class ReviewContractTests
{
    private const string Reviews = "/apis/authorization.k8s.io/v1/";

    private ContractCluster _cluster = null!;

    [OneTimeSetUp]
    public async Task Connect() => _cluster = await ContractCluster.Connect();

    [OneTimeTearDown]
    public async Task Disconnect() => await _cluster.DisposeAsync();

    [TestCase("""{"resourceAttributes":{"verb":"get","resource":"pods","namespace":"default"}}""")]
    [TestCase("""{"nonResourceAttributes":{"verb":"get","path":"/version"}}""")]
    public async Task Whoever_may_do_everything_is_told_so(string spec)
    {
        var answer = await _cluster.Client.Post(Reviews + "selfsubjectaccessreviews", $$"""{"spec":{{spec}} }""");
        Assert.That((answer.Code, (string?)answer.Body["kind"], (bool?)answer.Body["status"]!["allowed"]), Is.EqualTo((201, "SelfSubjectAccessReview", true)), answer.ToString());
    }

    [TestCase("""{"spec":{}}""", 422, "spec.resourceAttributes: Invalid value: null: exactly one of nonResourceAttributes or resourceAttributes must be specified")]
    [TestCase("""{"metadata":{"name":"x"},"spec":{"resourceAttributes":{"verb":"get","resource":"pods"}}}""", 422, "metadata: Invalid value: ")]
    [TestCase("""{"spec":{"resourceAttributes":{"verb":"get"},"nonResourceAttributes":{"verb":"get","path":"/"}}}""", 422, "spec.nonResourceAttributes: Invalid value: ")]
    [TestCase("""{"spec":{"nope":1,"resourceAttributes":{"verb":"get","resource":"pods"}}}""", 400, "strict decoding error: unknown field \"spec.nope\"")]
    public async Task A_question_that_is_none_is_refused(string review, int code, string words)
    {
        var answer = await _cluster.Client.Post(Reviews + "selfsubjectaccessreviews?fieldValidation=Strict", review);
        Assert.That((answer.Code, answer.Message), Is.EqualTo((code, answer.Message)), answer.ToString());
        Assert.That(answer.Message, Does.Contain(words));
    }

    [Test]
    public async Task The_rules_that_hold_in_a_namespace_are_listed()
    {
        var answer = await _cluster.Client.Post(Reviews + "selfsubjectrulesreviews", """{"spec":{"namespace":"default"}}""");
        Assert.That(answer.Code, Is.EqualTo(201), answer.ToString());
        Assert.That(answer.Body["status"]!["resourceRules"]!.AsArray().Select(rule => rule!.ToJsonString()), Has.Some.EqualTo("""{"verbs":["*"],"apiGroups":["*"],"resources":["*"]}"""));
        var nowhere = await _cluster.Client.Post(Reviews + "selfsubjectrulesreviews", """{"spec":{}}""");
        Assert.That((nowhere.Code, nowhere.Message), Is.EqualTo((400, "no namespace on request")));
    }

    [Test]
    public async Task They_are_found_by_discovery_and_can_only_be_created()
    {
        var found = await _cluster.Client.Get(Reviews.TrimEnd('/'));
        var own = found.Body["resources"]!.AsArray().Single(resource => (string?)resource!["name"] == "selfsubjectaccessreviews")!;
        Assert.That(own.ToJsonString(), Is.EqualTo("""{"name":"selfsubjectaccessreviews","singularName":"selfsubjectaccessreview","namespaced":false,"kind":"SelfSubjectAccessReview","verbs":["create"]}"""));
        Assert.That((await _cluster.Client.Get(Reviews + "selfsubjectaccessreviews")).Code, Is.EqualTo(405));
        Assert.That((await _cluster.Client.Get(Reviews + "things")).Code, Is.EqualTo(404));
    }

    [Test]
    public async Task An_account_is_given_a_token_that_is_good_until_it_is_deleted()
    {
        var accounts = $"/api/v1/namespaces/{_cluster.Namespace}/serviceaccounts";
        Assert.That((await _cluster.Client.Post(accounts, """{"metadata":{"name":"a"}}""")).Code, Is.EqualTo(201));
        var issued = await _cluster.Client.Post($"{accounts}/a/token", """{"spec":{"expirationSeconds":900}}""");
        Assert.That((issued.Code, (string?)issued.Body["kind"], (string?)issued.Body["metadata"]!["name"]), Is.EqualTo((201, "TokenRequest", "a")));
        Assert.That((string?)issued.Body["status"]!["token"], Is.Not.Empty);
        Assert.That((string?)issued.Body["status"]!["expirationTimestamp"], Does.Match(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"));

        var brief = await _cluster.Client.Post($"{accounts}/a/token", """{"spec":{"expirationSeconds":10}}""");
        Assert.That((brief.Code, brief.Message), Is.EqualTo((422, "TokenRequest.authentication.k8s.io \"\" is invalid: spec.expirationSeconds: Invalid value: 10: may not specify a duration less than 10 minutes")));
        var missing = await _cluster.Client.Post($"{accounts}/missing/token", """{"spec":{}}""");
        Assert.That((missing.Code, missing.Message), Is.EqualTo((404, "serviceaccounts \"missing\" not found")));
    }
}

using System.Reflection;
using System.Text.Json.Serialization;
using k8s.Models;

namespace Sidecars.EmbeddedCluster.Tests;

/// <summary>
/// The field table, type by type, against the models of the client library, which come from the API's own description. A type is paired with
/// its model by the way that leads to it from a kind the server serves.
/// </summary>
internal sealed class KindTableTests
{
    // The library describes a later release than the one the table stands for; a server of that release drops these fields.
    private static readonly string[] s_newerThanTheTable =
    [
        "ClusterTrustBundleProjection.user", "ConfigMapVolumeSource.defaultUser", "CSINode.status", "DownwardAPIVolumeFile.user",
        "DownwardAPIVolumeSource.defaultUser", "EmptyDirVolumeSource.mode", "GRPCAction.mode", "HTTPGetAction.protocol", "KeyToPath.user",
        "NodeSpec.podPreemptionPolicy", "NodeSystemInfo.runningInUserNamespace", "PersistentVolumeClaimStatus.healthStatus",
        "PodCertificateProjection.user", "PodSpec.evictionResponders", "PodStatus.nodeAllocatableResourceClaimStatuses",
        "PodStatus.volumeHealth", "ProjectedVolumeSource.defaultUser", "SecretVolumeSource.defaultUser",
        "ServiceAccountTokenProjection.user", "TokenRequestSpec.attestations", "VolumeMount.bindMountOptions",
    ];

    // A client may leave these out, yet the server always answers with them.
    private static readonly string[] s_writtenThoughOptional =
    [
        "ControllerRevision.revision", "StatefulSetOrdinals.start", "StatefulSetStatus.availableReplicas", "PodDisruptionBudgetStatus.currentHealthy", "PodDisruptionBudgetStatus.desiredHealthy",
        "PodDisruptionBudgetStatus.disruptionsAllowed", "PodDisruptionBudgetStatus.expectedPods",
    ];

    private static readonly Dictionary<TypeShape, Type> s_models = PairFromKinds();

    [TestCaseSource(nameof(Types))]
    public void A_type_has_the_fields_of_its_model(TypeShape type, Type model) =>
        Assert.That(type.Fields.Keys, Is.EquivalentTo(Properties(model).Keys.Where(field => !s_newerThanTheTable.Contains($"{type.Name}.{field}"))));

    [TestCaseSource(nameof(Types))]
    public void A_field_has_the_type_it_has_in_the_model(TypeShape type, Type model)
    {
        var properties = Properties(model);
        foreach (var field in type.Fields.Values)
            Assert.That(Describe(field.Type), Is.EqualTo(Describe(properties[field.Name].PropertyType)), field.Name);
    }

    // The models tell required from optional for numbers and truth values alone: everything else may be null there.
    [TestCaseSource(nameof(Types))]
    public void A_number_or_truth_value_is_required_exactly_where_the_model_requires_it(TypeShape type, Type model)
    {
        var properties = Properties(model);
        var required = type.Fields.Values.Where(field => properties[field.Name].PropertyType.IsPrimitive).Select(field => field.Name);
        var written = type.Fields.Values
            .Where(field => field is { Type.Form: ValueForm.Int or ValueForm.Float or ValueForm.Bool, OmitEmpty: false, IsPointer: false })
            .Select(field => field.Name);
        Assert.That(written.Where(field => !s_writtenThoughOptional.Contains($"{type.Name}.{field}")), Is.EquivalentTo(required));
    }

    [Test]
    public void Every_type_of_the_table_has_a_model()
    {
        using var table = typeof(KindTable).Assembly.GetManifestResourceStream("Sidecars.EmbeddedCluster.Schemas.kinds.txt")!;
        using var reader = new StreamReader(table);
        var names = reader.ReadToEnd().Split('\n').Where(line => line.StartsWith("type ", StringComparison.Ordinal)).Select(line => line.Split(' ')[1]);
        Assert.That(s_models.Keys, Is.EquivalentTo(names.Select(KindTable.Find)));
    }

    [Test]
    public void Every_exception_is_still_one()
    {
        Assert.That(FieldsOfModels((type, _, name) => type.Field(name) is null), Is.EquivalentTo(s_newerThanTheTable));
        Assert.That(s_writtenThoughOptional, Is.SubsetOf(FieldsOfModels((_, property, _) => !property.PropertyType.IsPrimitive)));
    }

    private static IEnumerable<string> FieldsOfModels(Func<TypeShape, PropertyInfo, string, bool> predicate) =>
        s_models.SelectMany(pair => Properties(pair.Value)
            .Where(named => predicate(pair.Key, named.Value, named.Key)).Select(named => $"{pair.Key.Name}.{named.Key}"));

    private static IEnumerable<TestCaseData> Types() => s_models.Select(pair => new TestCaseData(pair.Key, pair.Value).SetArgDisplayNames(pair.Key.Name));

    private static Dictionary<TypeShape, Type> PairFromKinds()
    {
        var kinds = typeof(V1Pod).Assembly.GetTypes().Where(type => type.GetCustomAttribute<KubernetesEntityAttribute>() is not null)
            .ToLookup(type => type.GetCustomAttribute<KubernetesEntityAttribute>() is { } kind ? (kind.Group, kind.ApiVersion, kind.Kind) : default);
        var models = new Dictionary<TypeShape, Type>();
        foreach (var resource in BuiltInResources.All.Concat(ReviewKinds.Served).Append(ReviewKinds.Token).Append(ScaleHandler.Kind))
            Pair(resource.Shape!, kinds[(resource.Group, resource.Version, resource.Kind)].First(type => !type.Name.EndsWith("List", StringComparison.Ordinal)), models);
        Pair(KindTable.Find("meta.DeleteOptions"), typeof(V1DeleteOptions), models);
        return models;
    }

    private static void Pair(TypeShape type, Type model, Dictionary<TypeShape, Type> models)
    {
        for (; type.Element is { } element; type = element) model = model.GenericTypeArguments.LastOrDefault() ?? model;
        if (type.Form != ValueForm.Struct || !models.TryAdd(type, model)) return;
        foreach (var (name, property) in Properties(model))
            if (type.Field(name) is { } field) Pair(field.Type, property.PropertyType, models);
    }

    // Of an object, its own kind and version are left out: every kind has them and the table does not.
    private static Dictionary<string, PropertyInfo> Properties(Type model) =>
        model.GetProperties().Where(property => property.IsDefined(typeof(JsonPropertyNameAttribute)))
            .ToDictionary(property => property.GetCustomAttribute<JsonPropertyNameAttribute>()!.Name)
            .Where(named => named.Key is not ("apiVersion" or "kind") || !model.IsDefined(typeof(KubernetesEntityAttribute))).ToDictionary();

    private static string Describe(TypeShape type) => type.Form switch
    {
        ValueForm.List => "list of " + Describe(type.Element!),
        ValueForm.Map => "map of " + Describe(type.Element!),
        ValueForm.Struct => s_models[type].Name,
        ValueForm.Any => nameof(Object),
        ValueForm.Int => "integer",
        ValueForm.Float => nameof(Double),
        ValueForm.Bool => nameof(Boolean),
        ValueForm.Time or ValueForm.MicroTime => nameof(DateTime),
        ValueForm.Bytes => "Byte[]",
        ValueForm.Quantity => nameof(ResourceQuantity),
        var form => form.ToString(),
    };

    private static string Describe(Type model) => model switch
    {
        { IsGenericType: true } when model.GetGenericTypeDefinition() == typeof(IList<>) => "list of " + Describe(model.GenericTypeArguments[0]),
        { IsGenericType: true } when model.GetGenericTypeDefinition() == typeof(IDictionary<,>) => "map of " + Describe(model.GenericTypeArguments[1]),
        { IsGenericType: true } => Describe(model.GenericTypeArguments[0]),
        _ when model == typeof(int) || model == typeof(long) => "integer",
        _ => model.Name,
    };
}

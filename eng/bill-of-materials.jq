# What is in an image, in CycloneDX. The inputs are the project.assets.json of its programs; $nuget is what the tool says of all programs' packages,
# $debian are Debian's packages in the image, $programs its programs with their sums.
def library(purl; name; version): {type: "library", "bom-ref": purl, name: name, version: version, purl: purl};

[inputs] as $assets
| ($assets | map(.libraries | to_entries[] | select(.value.type == "package") | {key: ("pkg:nuget/" + (.key | sub("/"; "@"))), value: true}) | from_entries) as $mine
| ($assets | map(.project.frameworks[].downloadDependencies[]? | select(.name == $runtime) | .version | ltrimstr("[") | split(",")[0]) | unique) as $runtimes
| $nuget[0]
| .metadata.timestamp = $created
| .metadata.component = {type: "container", "bom-ref": "\($name)@\($version)", name: $name, version: $version}
| .components |= (
    map(select($mine[.purl]))
    + ($runtimes | map(library("pkg:nuget/\($runtime)@\(.)"; $runtime; .) + {licenses: [{license: {id: "MIT"}}]}))
    + ($debian[0] | map(library("pkg:deb/debian/\(.name)@\(.version | @uri)?arch=\($arch)&distro=\($distribution)"; .name; .version)))
    + ($programs[0] | map({
        type: "application", "bom-ref": "\(.name)@\($version)/program", name: .name, version: $version, hashes: [{alg: "SHA-256", content: .sum}]
      })))
| .dependencies |= map(select($mine[.ref]) | if .dependsOn then .dependsOn |= map(select($mine[.])) else . end)

#!/usr/bin/env bash
# Builds everything, publishes the programs natively and runs all tests, the quick ones first.
# usage: eng/test.sh [test project folder ...]      without arguments: all of them
# The last line counts from the runner's own result files: "N passed, N failed".
set -uo pipefail
cd "$(dirname "$0")/.."
. eng/prerequisites.sh
need_dotnet
need_kubectl
need_foreign_grpc
need_go_peers
need_helm
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

suites=("$@")
[ ${#suites[@]} -gt 0 ] || suites=(
  tests/Common/Hosting tests/Common/Csi tests/Common/Kubernetes tests/Common/ControllerManager
  tests/EmbeddedCluster tests/HostPathDriver tests/ExternalProvisioner tests/ExternalAttacher tests/ExternalSnapshotter tests/ExternalResizer tests/SnapshotController tests/LivenessProbe tests/NodeDriverRegistrar
  tests/ClusterDriverRegistrar tests/Charts tests/Playground tests/Vectors)

results=artifacts/test-results
rm -rf "$results"
mkdir -p "$results"
status=0

dotnet build Sidecars.sln -c Release --nologo -v q -clp:NoSummary || exit 1
eng/publish.sh || exit 1

for suite in "${suites[@]}"; do
  project=$(ls "$suite"/*.csproj)
  name=$(basename "$project" .csproj)
  echo "== $name"
  dotnet test "$project" -c Release --no-build --nologo -v q --logger "trx;LogFileName=$name.trx" --logger "console;verbosity=minimal" --results-directory "$results" || status=1
  [ -s "$results/$name.trx" ] || { echo "$name wrote no result file" >&2; status=1; }
done

# count ATTRIBUTE: the sum of it over all result files.
count() {
  sed -n 's/.*<Counters [^>]*\b'"$1"'="\([0-9]*\)".*/\1/p' "$results"/*.trx 2>/dev/null | awk '{ n += $1 } END { print n + 0 }'
}
passed=$(count passed)
failed=$(count failed)
[ "$failed" = 0 ] || status=1
[ "$passed" -gt 0 ] || status=1
echo "$passed passed, $failed failed"
exit "$status"

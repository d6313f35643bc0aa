#!/usr/bin/env bash
# Builds everything, publishes the programs natively and runs all tests, the quick ones first. The names of those that fell come at the end.
# usage: eng/test.sh [test project folder ...]      without arguments: all of them
# The last line counts from the runner's own result files: "N passed, N failed".
set -uo pipefail
cd "$(dirname "$0")/.."
. eng/prerequisites.sh
tell_help "$@"
need_dotnet
need_kubectl
need_foreign_grpc
need_go_peers
need_helm
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

# They need no native program, and take a moment: they run while the programs are published.
quick=(tests/Common/Hosting tests/Common/Csi tests/Common/Kubernetes tests/Common/ControllerManager tests/HostPathDriver tests/Documentation)
# The longest first, so that none is left to run alone at the end.
long=(
  tests/ExternalProvisioner tests/Vectors tests/ExternalAttacher tests/ExternalSnapshotter tests/LivenessProbe tests/NodeDriverRegistrar
  tests/ClusterDriverRegistrar tests/Bench tests/Playground tests/SnapshotController tests/ExternalResizer tests/Charts tests/EmbeddedCluster tests/Images)
if [ $# -gt 0 ]; then
  for suite in "$@"; do ls "$suite"/*.csproj >/dev/null 2>&1 || { echo "test: no test project is in $suite; there are: ${quick[*]} ${long[*]}" >&2; exit 2; }; done
  quick=()
  long=("$@")
fi

results=$PWD/artifacts/test-results
rm -rf "$results"
mkdir -p "$results"
export results
status=0

# run_suite FOLDER: its tests; what they say is told in one piece when they are over.
run_suite() {
  local project name log
  project=$(ls "$1"/*.csproj)
  name=$(basename "$project" .csproj)
  log=$results/$name.log
  dotnet test "$project" -c Release --no-build --nologo -v q --logger "trx;LogFileName=$name.trx" --logger "console;verbosity=minimal" \
    --results-directory "$results" >"$log" 2>&1 || echo "$name: see $log" >>"$results/fell"
  [ -s "$results/$name.trx" ] || echo "$name wrote no result file: see $log" >>"$results/fell"
  { flock 9; echo "== $name"; cat "$log"; } 9>"$results/print.lock"
}
export -f run_suite

# run_suites LANES FOLDER...: that many at a time. Most tests wait for processes more than they work.
run_suites() {
  local lanes=$1
  shift
  [ $# = 0 ] || printf '%s\0' "$@" | xargs -0 -P "$lanes" -I{} bash -c 'run_suite "$1"' _ {}
}

# The programs, and for the suite that looks into them their images.
prepare() {
  eng/publish.sh || return 1
  [[ " ${long[*]} " != *" tests/Images "* ]] || eng/images.sh
}
if [[ " ${long[*]} " = *" tests/Images "* ]]; then need_container_runtime; fi

dotnet build Sidecars.sln -c Release --nologo -v q -clp:NoSummary || exit 1
prepare &
preparing=$!
run_suites 1 "${quick[@]}"
wait "$preparing" || exit 1
run_suites 2 "${long[@]}"

# count ATTRIBUTE: the sum of it over all result files.
count() {
  sed -n 's/.*<Counters [^>]*\b'"$1"'="\([0-9]*\)".*/\1/p' "$results"/*.trx 2>/dev/null | awk '{ n += $1 } END { print n + 0 }'
}
passed=$(count passed)
failed=$(count failed)
[ "$failed" = 0 ] || status=1
[ "$passed" -gt 0 ] || status=1
if [ -e "$results/fell" ]; then
  status=1
  sed -n 's/^  Failed \(.*\) \[.*\]$/failed: \1/p' "$results"/*.log
  cat "$results/fell"
fi
echo "$passed passed, $failed failed"
exit "$status"

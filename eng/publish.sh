#!/usr/bin/env bash
# Publishes the programs natively: artifacts/native/<binary name>, stripped, warnings are errors.
# usage: eng/publish.sh [name ...]      without names: all of them
set -euo pipefail
cd "$(dirname "$0")/.."
. eng/prerequisites.sh
need_native_toolchain

declare -A projects=(
  [csi-provisioner]=src/ExternalProvisioner/ExternalProvisioner.csproj
  [csi-attacher]=src/ExternalAttacher/ExternalAttacher.csproj
  [csi-snapshotter]=src/ExternalSnapshotter/ExternalSnapshotter.csproj
  [csi-resizer]=src/ExternalResizer/ExternalResizer.csproj
  [snapshot-controller]=src/SnapshotController/SnapshotController.csproj
  [csi-node-driver-registrar]=src/NodeDriverRegistrar/NodeDriverRegistrar.csproj
  [livenessprobe]=src/LivenessProbe/LivenessProbe.csproj
  [csi-cluster-driver-registrar]=src/ClusterDriverRegistrar/ClusterDriverRegistrar.csproj
)

names=("$@")
[ ${#names[@]} -gt 0 ] || names=("${!projects[@]}")
mkdir -p artifacts/native
for name in "${names[@]}"; do
  project=${projects[$name]:-}
  [ -n "$project" ] || { echo "publish: no program is called $name; there are: ${!projects[*]}" >&2; exit 2; }
  out=artifacts/publish-native/$name
  dotnet publish "$project" -c Release -r linux-x64 -o "$out" --nologo -v q -clp:NoSummary
  install -m 755 "$out/$name" "artifacts/native/$name"
  echo "artifacts/native/$name $(stat -c %s "artifacts/native/$name") bytes"
done

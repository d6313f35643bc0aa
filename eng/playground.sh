#!/usr/bin/env bash
# Starts the playground: a cluster, a CSI driver and the real sidecars as processes, no Kubernetes needed.
# The sidecars run as they are built, which takes a minute the first time; native ones are taken where they are there and up to date, or
# where --native asks for them.
# usage: eng/playground.sh [--native] [--once] [-f FILE]... [--chart VALUES]... [--csi-address SOCKET] ...      see --help
set -euo pipefail
top=$(cd "$(dirname "$0")/.." && pwd)
folder=$PWD
cd "$top"
. eng/prerequisites.sh
need_dotnet
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

native=no
arguments=()
for argument in "$@"; do
  if [ "$argument" = --native ]; then native=wanted; else arguments+=("$argument"); fi
  # Whoever has a Helm of his own is not brought another.
  case $argument in --chart*) command -v helm >/dev/null || need_helm ;; esac
done

# The native programs are all there, and nothing they are made from is newer; the playground's own parts are built anew each time.
native_is_current() {
  local name own
  own=(-path src/Playground -o -path src/EmbeddedCluster -o -path src/HostPathDriver)
  for name in csi-provisioner csi-attacher csi-snapshotter csi-resizer snapshot-controller csi-node-driver-registrar livenessprobe csi-cluster-driver-registrar; do
    [ -x "artifacts/native/$name" ] || return 1
    [ -z "$(find src Directory.Build.props Directory.Packages.props \( "${own[@]}" \) -prune -o -newer "artifacts/native/$name" -type f -print -quit)" ] || return 1
  done
}

if [ "$native" = wanted ]; then
  echo "publishing the sidecars natively, which takes some minutes" >&2
  eng/publish.sh >&2
elif native_is_current; then
  native=there
fi

if [ "$native" = no ]; then
  echo "building (the first time takes a minute; --native takes native sidecars instead)" >&2
  dotnet build src/Playground/playground.slnf -c Release --nologo -v q -clp:NoSummary >&2
  programs=artifacts/bin
else
  echo "the sidecars are the native ones in artifacts/native" >&2
  for project in HostPathDriver Playground; do dotnet build "src/$project/$project.csproj" -c Release --nologo -v q -clp:NoSummary >&2; done
  programs=artifacts/native
fi
cd "$folder"
exec "$top/artifacts/bin/Playground/release/playground" --programs "$top/$programs" ${arguments[@]+"${arguments[@]}"}

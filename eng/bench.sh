#!/usr/bin/env bash
# Measures the programs, from a clean clone alone: builds the bench, publishes natively what artifacts/native lacks, and prints the table.
# usage: eng/bench.sh MODE N [FLAG ...] [-- BINARY [ARG ...]] ...      --help tells modes and flags
# Without a BINARY: the published program of the mode, with 100 workers.
set -euo pipefail
top=$(cd "$(dirname "$0")/.." && pwd)
folder=$PWD
cd "$top"
. eng/prerequisites.sh
need_dotnet
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

own=("$@")
if [[ " $* " != *" -- "* ]]; then
  case ${1:-} in
    provision | delete | idle) program=csi-provisioner workers=--worker-threads=100 ;;
    attach | detach) program=csi-attacher workers=--worker-threads=100 ;;
    snapshot) program=csi-snapshotter workers=--worker-threads=100 ;;
    expand) program=csi-resizer workers=--workers=100 ;;
    -*) program= ;; # the bench says what is wrong
    *) echo "bench: no mode is called ${1:-}; there are provision, delete, attach, detach, snapshot, expand and idle" >&2; exit 2 ;;
  esac
  if [ -n "$program" ] && [[ " $* " != *" --help "* && " $* " != *" -h "* ]]; then
    [ -x "artifacts/native/$program" ] || eng/publish.sh "$program" >&2
    own+=(-- "$top/artifacts/native/$program" "$workers")
  fi
else
  # What is named by its place in the repository and is not there yet is one of ours.
  for argument in "$@"; do
    case $argument in
      artifacts/native/* | "$top"/artifacts/native/*) [ -x "$argument" ] || eng/publish.sh "$(basename "$argument")" >&2 ;;
    esac
  done
fi
dotnet build src/Bench/Bench.csproj -c Release --nologo -v q -clp:NoSummary >&2
cd "$folder"
exec "$top/artifacts/bin/Bench/release/sidecar-bench" ${own[@]+"${own[@]}"}

#!/usr/bin/env bash
# Starts the playground: a cluster, a CSI driver and the real sidecars as processes, no Kubernetes needed.
# usage: eng/playground.sh [--once] [-f FILE]... [--csi-address SOCKET] ...      see --help
set -euo pipefail
top=$(cd "$(dirname "$0")/.." && pwd)
folder=$PWD
cd "$top"
. eng/prerequisites.sh
need_dotnet
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

echo "building (the first time takes a minute or two)" >&2
eng/publish.sh >&2
dotnet build src/HostPathDriver/HostPathDriver.csproj -c Release --nologo -v q -clp:NoSummary >&2
dotnet build src/Playground/Playground.csproj -c Release --nologo -v q -clp:NoSummary >&2
cd "$folder"
exec "$top/artifacts/bin/Playground/release/playground" "$@"

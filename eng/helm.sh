#!/usr/bin/env bash
# Brings Helm 4 and Helm 3 and a kubectl of today into artifacts/tools, and packs the library beside the charts that stand on it.
# usage: eng/helm.sh [argument of Helm 4 ...]      with arguments: runs it, for example: eng/helm.sh template d charts/csi-driver -f values.yaml
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
here=$PWD
cd "$root"
. eng/prerequisites.sh
need_helm
for chart in charts/csi-driver charts/examples/vendor; do
  [ ! -f "$chart/Chart.lock" ] || "$HELM4" dependency build "$chart" >/dev/null
done
if [ $# -eq 0 ]; then
  printf '%s\n' "HELM4=$HELM4" "HELM3=$HELM3" "KUBECTL_135=$KUBECTL_135"
  exit
fi
cd "$here"
exec "$HELM4" "$@"

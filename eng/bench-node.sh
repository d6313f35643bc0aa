#!/usr/bin/env bash
# Measures what livenessprobe and csi-node-driver-registrar cost beside a real driver: memory and CPU after so many checks, each on a
# connection of its own, as the kubelet makes them.
# usage: eng/bench-node.sh [checks]      default 200, 1000 more, and 8640 more (24 hours of one every ten seconds)
set -euo pipefail
cd "$(dirname "$0")/.."
. eng/prerequisites.sh
tell_help "$@"
rounds=("$@")
[ ${#rounds[@]} -gt 0 ] || rounds=(200 1000 8640)
command -v curl >/dev/null || { echo "bench-node: curl is needed: apt-get install curl" >&2; exit 2; }
[ -x artifacts/native/livenessprobe ] && [ -x artifacts/native/csi-node-driver-registrar ] || eng/publish.sh livenessprobe csi-node-driver-registrar
driver=artifacts/bin/HostPathDriver/release/hostpath-driver
[ -x "$driver" ] || dotnet build src/HostPathDriver/HostPathDriver.csproj -c Release --nologo -v q -clp:NoSummary

dir=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; wait; rm -rf "$dir"' EXIT
mkdir "$dir/registry"
"$driver" --endpoint="unix://$dir/csi.sock" --state-dir="$dir/state" --node-id=node >"$dir/driver.log" 2>&1 &
artifacts/native/livenessprobe --csi-address="$dir/csi.sock" --http-endpoint=127.0.0.1:0 2>"$dir/livenessprobe.log" &
livenessprobe=$!
artifacts/native/csi-node-driver-registrar --csi-address="$dir/csi.sock" --kubelet-registration-path="$dir/csi.sock" \
  --plugin-registration-path="$dir/registry" --http-endpoint=127.0.0.1:0 2>"$dir/registrar.log" &
registrar=$!

# url LOG: where the program of that log serves its health check, as soon as it does.
url() {
  until grep -q 'Listening for HTTP' "$1"; do sleep 0.1; done
  sed -n 's/.*Listening for HTTP.*address="\([^"]*\)".*/http:\/\/\1\/healthz/p' "$1"
}

cost() { # NAME PID CHECKS
  awk -v name="$1" -v checks="$3" -v ticks="$(getconf CLK_TCK)" '
    /^VmRSS/ { rss = $2 } /^VmHWM/ { peak = $2 } /^RssAnon/ { own = $2 } FILENAME ~ /stat$/ { cpu = ($14 + $15) / ticks }
    END { printf "%-26s after %5d checks: %.1f MB RSS (%.1f MB private), peak %.1f MB, %.2f s CPU\n", name, checks, rss / 1024, own / 1024, peak / 1024, cpu }
  ' "/proc/$2/status" "/proc/$2/stat"
}

for program in livenessprobe registrar; do
  at=$(url "$dir/$program.log")
  until curl -sf -o /dev/null "$at"; do sleep 0.1; done
  total=0
  cost "$program" "${!program}" 0
  for checks in "${rounds[@]}"; do
    curl -sf -H 'Connection: close' -o /dev/null "$at?[1-$checks]"
    total=$((total + checks))
    cost "$program" "${!program}" "$total"
  done
done

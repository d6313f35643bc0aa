#!/usr/bin/env bash
# Starts the playground: a cluster, a CSI driver and the real sidecars as processes, no Kubernetes needed.
# The sidecars run as they are built, which takes a minute the first time; native ones are taken where they are there and up to date, or
# where --native asks for them. What did not change since is not built again.
# usage: eng/playground.sh --help
set -euo pipefail
top=$(cd "$(dirname "$0")/.." && pwd)
folder=$PWD
cd "$top"
usage=src/Playground/Usage.txt

# What is wrong is said before anything is built, by the text that the program prints too: each flag with a word behind it takes a value.
refuse() {
  printf '%s\n' "$1" "eng/playground.sh --help lists the arguments." >&2
  exit 2
}

declare -A takes_value=()
while read -r flag value; do takes_value[$flag]=$value; done < <(
  awk '/^  -/ { sub(/^  /, ""); sub(/  .*/, ""); count = split($0, flags, /, */); for (i = 1; i <= count; i++) if (flags[i] != "") print flags[i] }' "$usage")

native=no
programs=
arguments=()
while [ $# -gt 0 ]; do
  flag=${1%%=*}
  case $1 in
    -h | --help) cat "$usage"; exit ;;
    --native) native=wanted; shift; continue ;;
  esac
  case $1 in -*) ;; *) refuse "unknown argument: $1" ;; esac
  [ "${takes_value[$flag]+known}" = known ] || refuse "unknown argument: $1"
  arguments+=("$1")
  if [ -z "${takes_value[$flag]}" ]; then
    [ "$flag" = "$1" ] || refuse "unknown argument: $1"
  elif [ "$flag" = "$1" ]; then
    [ $# -gt 1 ] || refuse "$flag needs a value"
    shift
    arguments+=("$1")
  fi
  # Whoever has a Helm of his own is not brought another.
  [ "$flag" != --chart ] || helm=needed
  [ "$flag" != --programs ] || programs=given
  shift
done

. eng/prerequisites.sh
need_dotnet
# No diagnostics: the build, the playground and its programs would leave the sockets of their debuggers behind.
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_EnableDiagnostics=0
playground=artifacts/bin/Playground/release/playground
mkdir -p artifacts

# is_older FILE PATH...: something in the paths was changed after the file was made, or there is no such file.
is_older() {
  local made=$1
  shift
  [ ! -e "$made" ] || [ -n "$(find "$@" -newer "$made" -print -quit)" ]
}

# The native programs are all there, and nothing they are made from is newer.
native_is_current() {
  local name folder own=()
  . eng/programs.sh
  for folder in "${not_shipped[@]}"; do own+=(-path "$folder" -o); done
  for name in "${!projects[@]}"; do
    [ -x "artifacts/native/$name" ] || return 1
    [ -z "$(find src Directory.Build.props Directory.Packages.props \( "${own[@]}" -false \) -prune -o -newer "artifacts/native/$name" -type f -print -quit)" ] || return 1
  done
}

# build WHAT HOW-LONG PROJECT: says what it does, and nothing more unless it fails; what nothing has changed for is not built.
build() {
  local what=$1 long=$2 project=$3 stamp=artifacts/.built-$(basename "$3") began=$SECONDS
  if [ -x "$playground" ] && ! is_older "$stamp" src Directory.Build.props Directory.Packages.props global.json; then return; fi
  echo "building $what ($long)" >&2
  touch "$stamp.begun"
  if ! dotnet build "$project" -c Release --nologo -v q -clp:NoSummary > "$stamp.log" 2>&1; then
    cat "$stamp.log" >&2
    echo "building $what failed; what it said is above and in $top/$stamp.log" >&2
    exit 1
  fi
  mv "$stamp.begun" "$stamp"
  echo "built in $((SECONDS - began)) s" >&2
}

ask() { (cd "$folder" && "$top/$playground" check-arguments ${arguments[@]+"${arguments[@]}"}); }

# What is wrong in the values and manifests the program says itself, before the sidecars are built.
if [ "${#arguments[@]}" -gt 0 ] && ! is_older artifacts/bin/Playground/release/playground.dll src/Playground; then ask; fi
[ "${helm-}" != needed ] || command -v helm >/dev/null || need_helm
if [ "$native" = no ] && native_is_current; then native=there; fi
build "the playground" "the first time takes half a minute on two cores, downloads apart" src/Playground/Playground.csproj
[ "${#arguments[@]}" -eq 0 ] || ask
if [ "$native" = wanted ]; then
  echo "publishing the sidecars natively (some minutes)" >&2
  eng/publish.sh >&2
fi

if [ "$native" != no ]; then
  [ "$programs" = given ] || echo "the sidecars are the native ones in artifacts/native" >&2
  found=artifacts/native
else
  [ "$programs" = given ] || build "the sidecars" "the first time takes a minute on two cores; --native takes native ones instead" src/Playground/playground.slnf
  found=artifacts/bin
fi
[ "$programs" = given ] || arguments=(--programs "$top/$found" ${arguments[@]+"${arguments[@]}"})
cd "$folder"
exec "$top/$playground" ${arguments[@]+"${arguments[@]}"}

#!/usr/bin/env bash
# Publishes the programs natively: artifacts/native/<binary name>, stripped, warnings are errors.
# usage: eng/publish.sh [--arch arm64] [name ...]      without names: all of them; with --arch into artifacts/native-arm64
set -euo pipefail
cd "$(dirname "$0")/.."
. eng/prerequisites.sh
tell_help "$@"
. eng/programs.sh
need_native_toolchain

target=linux-x64 folder=artifacts/native more=(-p:Commit="$(source_commit)")
if [ "${1:-}" = --arch ]; then
  case ${2:-} in
    amd64) ;;
    arm64)
      need_arm64_toolchain
      target=linux-arm64 folder=artifacts/native-arm64
      # The lock files hold what linux-x64 needs, so this target is restored beside them.
      more+=(
        -p:RuntimeIdentifiers=linux-arm64 -p:RestorePackagesWithLockFile=false -p:RestoreLockedMode=false -p:NuGetLockFilePath="$PWD/artifacts/arm64/no.lock.json"
        -p:ArtifactsPath="$PWD/artifacts/arm64" -p:CppCompilerAndLinker=aarch64-linux-gnu-gcc -p:ObjCopyName=aarch64-linux-gnu-objcopy)
      ;;
    *) echo "publish: --arch is amd64 or arm64, not ${2:-}" >&2; exit 2 ;;
  esac
  shift 2
fi

names=("$@")
[ ${#names[@]} -gt 0 ] || names=("${!projects[@]}")
mkdir -p "$folder"
for name in "${names[@]}"; do
  project=${projects[$name]:-}
  [ -n "$project" ] || { echo "publish: no program is called $name; there are: ${!projects[*]}" >&2; exit 2; }
  out=artifacts/publish-$(basename "$folder")/$name
  dotnet publish "$project" -c Release -r "$target" -o "$out" --nologo -v q -clp:NoSummary "${more[@]}"
  install -m 755 "$out/$name" "$folder/$name"
  echo "$folder/$name $(stat -c %s "$folder/$name") bytes"
done

#!/usr/bin/env bash
# Writes container images of the published programs, without a container engine: artifacts/images/<arch>/<name>.tar, an OCI archive each; beside it
# <name>.cdx.json says what is in it, and <name>.digest what it is called by. Equal programs and Debian packages give equal bytes (docs/images.md).
# usage: eng/images.sh [--arch amd64|arm64] [--to folder] [name ...]      without names: one a program, and csi-sidecars with all of them
set -euo pipefail
from=$PWD
cd "$(dirname "$0")/.."
export LC_ALL=C
. eng/prerequisites.sh
tell_help "$@"
. eng/programs.sh

arch=amd64 to=
while [[ ${1:-} = --* ]]; do
  [ $# -gt 1 ] || { echo "images: $1 needs a value" >&2; exit 2; }
  case $1 in
    --arch) arch=$2 ;;
    --to) to=$2 ;;
    *) echo "images: no option is called $1; there are --arch and --to" >&2; exit 2 ;;
  esac
  shift 2
done
case $arch in
  amd64) machine=x86_64 loader=/lib64/ld-linux-x86-64.so.2 native=artifacts/native runtime=linux-x64 objects=artifacts/obj ;;
  arm64) machine=aarch64 loader=/lib/ld-linux-aarch64.so.1 native=artifacts/native-arm64 runtime=linux-arm64 objects=artifacts/arm64/obj ;;
  *) echo "images: --arch is amd64 or arm64, not $arch" >&2; exit 2 ;;
esac
if [ -z "$to" ]; then to=artifacts/images/$arch; elif [[ $to != /* ]]; then to=$from/$to; fi

shared=csi-sidecars
programs=($(printf '%s\n' "${!projects[@]}" | sort))
names=("$@")
[ ${#names[@]} -gt 0 ] || names=("${programs[@]}" "$shared")
for name in "${names[@]}"; do
  [ "$name" = "$shared" ] || [ -n "${projects[$name]:-}" ] || { echo "images: no image is called $name; there are: ${programs[*]} $shared" >&2; exit 2; }
done

# programs_of IMAGE: the programs in it.
programs_of() {
  if [ "$1" = "$shared" ]; then printf '%s\n' "${programs[@]}"; else echo "$1"; fi
}

wanted=($(for name in "${names[@]}"; do programs_of "$name"; done | sort -u))
for name in "${wanted[@]}"; do
  [ -x "$native/$name" ] || { echo "images: there is no $native/$name; publish it with eng/publish.sh --arch $arch $name" >&2; exit 3; }
done
need_image_tools

version=$(sed -n 's/.*<Version>\(.*\)<.*/\1/p' Directory.Build.props)
revision=$(git rev-parse HEAD 2>/dev/null || echo unknown)
[ -z "$(git status --porcelain 2>/dev/null)" ] || revision=$revision-dirty
# The time of the image is the commit's. Layers know no time, so that they stay the same, and stay on the nodes, where only the commit changed.
created=$(date -u -d "@${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || echo 0)}" +%Y-%m-%dT%H:%M:%SZ)
layer_time=1970-01-01T00:00:00Z

work=$(mktemp -d)
nuget=
trap '[ -z "$nuget" ] || kill "$nuget" 2>/dev/null; rm -rf "$work"' EXIT
mkdir -p "$to" "$work/debian" "$work/layers"

# --- files of Debian's packages ---------------------------------------------------------------------------------------------------------

debs=$PWD/artifacts/tools/debs-$arch
mkdir -p "$debs"
options=(-o APT::Sandbox::User=root)
if [ "$arch" != "$(dpkg --print-architecture)" ]; then
  # Another architecture's lists, apart from the system's own.
  mkdir -p "$debs/apt/lists/partial" "$debs/apt/cache/archives/partial"
  options+=(-o APT::Architecture="$arch" -o APT::Architectures="$arch" -o Dir::State="$debs/apt" -o Dir::State::status=/dev/null -o Dir::Cache="$debs/apt/cache")
fi
apt=(apt-get -qq "${options[@]}") cache=(apt-cache "${options[@]}")

# unpack PACKAGE...: the versions that Debian's lists name, downloaded where they are not there yet, into $work/debian/<package>.
unpack() {
  local files file package
  files=$("${apt[@]}" download --print-uris "$@" | cut -d' ' -f2)
  for file in $files; do
    package=${file%%_*}
    [ -s "$debs/$file" ] || (cd "$debs" && "${apt[@]}" download "$package") || { echo "images: cannot download $file; are the lists old (apt-get update)?" >&2; exit 3; }
    dpkg-deb -x "$debs/$file" "$work/debian/$package"
    dpkg-deb -f "$debs/$file" > "$work/debian/$package.control"
  done
}

# take LAYER PACKAGE: notes in the layer that something of the package is in it, as scanners look for it, with its copyright.
take() {
  local layer=$work/layers/$1 package=$2
  install -D -m 644 "$work/debian/$package.control" "$layer/var/lib/dpkg/status.d/$package"
  install -D -m 644 "$work/debian/$package/usr/share/doc/$package/copyright" "$layer/usr/share/doc/$package/copyright"
}

needed_by() {
  readelf -d "$1" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p'
}

# library LAYER NAME: installs a library and, before it, what it needs; nothing that a layer before has is installed again.
library() {
  local layer=$1 name=$2 found package next
  ! compgen -G "$work/layers/*/usr/lib/$machine-linux-gnu/$name" >/dev/null || return 0
  found=$(find "$work/debian" -path "*/$machine-linux-gnu/$name" | head -n 1)
  [ -n "$found" ] || { echo "images: none of the unpacked packages has $name" >&2; exit 3; }
  install -D -m 755 "$found" "$work/layers/$layer/usr/lib/$machine-linux-gnu/$name"
  package=${found#"$work/debian/"}
  take "$layer" "${package%%/*}"
  for next in $(needed_by "$found"); do library "$layer" "$next"; done
}

# has_all_for PROGRAM: that the base has what the program is linked with; what is in it must not depend on which images are written.
has_all_for() {
  local name
  for name in $(needed_by "$1"); do
    [ -e "$work/layers/base/usr/lib/$machine-linux-gnu/$name" ] || { echo "images: $1 needs $name, which no image has" >&2; exit 3; }
  done
  readelf -l "$1" | grep -q "interpreter: $loader\]" || { echo "images: $1 is not a program for $arch" >&2; exit 3; }
}

# What every program needs: the C library, its loader where the programs look for it, a user.
write_base() {
  local root=$work/layers/base name
  mkdir -p "$root/usr/lib" "$root/etc"
  library base libc.so.6
  library base libm.so.6
  for name in "${wanted[@]}"; do has_all_for "$native/$name"; done
  ln -s usr/lib "$root/lib"
  if [[ $loader = /lib64/* ]]; then
    ln -s usr/lib64 "$root/lib64"
    mkdir "$root/usr/lib64"
    ln -s "../lib/$machine-linux-gnu/${loader##*/}" "$root/usr/lib64/${loader##*/}"
  else
    ln -s "$machine-linux-gnu/${loader##*/}" "$root/usr/lib/${loader##*/}"
  fi
  install -m 644 "$work/debian/base-files/usr/lib/os-release" "$root/usr/lib/os-release"
  ln -s ../usr/lib/os-release "$root/etc/os-release"
  take base base-files
  printf '%s\n' root:x:0:0:root:/:/sbin/nologin nonroot:x:65532:65532:nonroot:/:/sbin/nologin > "$root/etc/passwd"
  printf '%s\n' root:x:0: nonroot:x:65532: > "$root/etc/group"
  echo "hosts: files dns" > "$root/etc/nsswitch.conf" # a pod's hostAliases come before DNS
}

# What the programs need that speak TLS: OpenSSL, which they load when they begin to, and the authorities Debian trusts.
write_tls() {
  local root=$work/layers/tls
  library tls libssl.so.3
  library tls libcrypto.so.3
  mkdir -p "$root/etc/ssl/certs"
  (cd "$work/debian/ca-certificates/usr/share/ca-certificates" && find . -name '*.crt' | sort | xargs awk 1) > "$root/etc/ssl/certs/ca-certificates.crt"
  take tls ca-certificates
}

# --- layers and images ------------------------------------------------------------------------------------------------------------------

timeless=(--sort=name --format=gnu --mtime=@0 --owner=0 --group=0 --numeric-owner --mode=u=rwX,go=rX)

# pack LAYER: $work/layers/<layer> as a tar that says nothing of when and by whom it was made.
pack() {
  tar "${timeless[@]}" -C "$work/layers/$1" -cf "$work/$1.layer" $(ls -A "$work/layers/$1")
}

write_image() {
  local name=$1 layout=$work/$1.oci layer layers=(base) entrypoint=() members
  members=($(programs_of "$name"))
  for layer in "${members[@]}"; do
    if [ -z "${without_tls[$layer]:-}" ]; then layers+=(tls); break; fi
  done
  layers+=("${members[@]}")
  umoci init --layout "$layout"
  umoci new --image "$layout:$version"
  for layer in "${layers[@]}"; do
    umoci raw add-layer --image "$layout:$version" "$work/$layer.layer" --history.created "$layer_time" --history.created_by "$layer"
  done
  [ ${#members[@]} -gt 1 ] || entrypoint=(--config.entrypoint "/$name")
  umoci config --image "$layout:$version" --no-history --created "$created" --os linux --architecture "$arch" \
    --config.user 65532:65532 --config.workingdir / "${entrypoint[@]}" \
    --config.label "org.opencontainers.image.title=$name" --config.label "org.opencontainers.image.version=$version" \
    --config.label "org.opencontainers.image.revision=$revision"
  umoci gc --layout "$layout"
  # What engines call it when they load the archive; no part of the image.
  jq -c --arg name "localhost/$name:$version" '.manifests[0].annotations["io.containerd.image.name"] = $name' "$layout/index.json" > "$work/index.json"
  mv "$work/index.json" "$layout/index.json"
  tar "${timeless[@]}" -C "$layout" -cf "$to/$name.tar" blobs index.json oci-layout
  write_sbom "$name" "${layers[@]}"
  jq -r '.manifests[0].digest' "$layout/index.json" > "$to/$name.digest"
  echo "$name $(cat "$to/$name.digest")"
}

# --- what is in them --------------------------------------------------------------------------------------------------------------------

# The packages of NuGet in all wanted programs, by the tool of the .NET world for it; it is asked once, because it takes its time.
list_nuget_packages() {
  local name
  for name in "${wanted[@]}"; do
    [ -s "$(assets_of "$name")" ] || { echo "images: there is no $(assets_of "$name"); publish $name here" >&2; exit 3; }
    echo "${projects[$name]}"
  done | jq -R . | jq -s --arg solution "$PWD/Sidecars.sln" '{solution: {path: $solution, projects: .}}' > "$work/programs.slnf"
  dotnet tool restore --verbosity quiet > /dev/null
  dotnet dotnet-CycloneDX "$work/programs.slnf" --disable-package-restore --base-intermediate-output-path "$objects" --runtime "$runtime" --exclude-dev \
    --no-serial-number --output-format Json --output "$work" --filename nuget.json > "$work/cyclonedx.log" || { cat "$work/cyclonedx.log" >&2; exit 3; }
}

assets_of() {
  echo "$objects/$(basename "${projects[$1]}" .csproj)/project.assets.json"
}

# write_sbom IMAGE LAYER...: of the packages of NuGet those its programs were built with, the runtime that is part of each, and Debian's.
write_sbom() {
  local name=$1 layer packages=() assets=()
  shift
  for layer in "$@"; do
    [ ! -d "$work/layers/$layer/var" ] || packages+=($(ls "$work/layers/$layer/var/lib/dpkg/status.d"))
    [ -z "${projects[$layer]:-}" ] || assets+=("$(assets_of "$layer")")
  done
  for layer in "${packages[@]}"; do
    jq -n --arg name "$layer" --arg version "$(sed -n 's/^Version: //p' "$work/debian/$layer.control")" '{$name, $version}'
  done | jq -s . > "$work/debian.json"
  for layer in "$@"; do
    [ -z "${projects[$layer]:-}" ] || jq -n --arg name "$layer" --arg sum "$(sha256sum < "$native/$layer" | cut -d' ' -f1)" '{$name, $sum}'
  done | jq -s . > "$work/programs.json"
  jq -n -f eng/bill-of-materials.jq --arg name "$name" --arg version "$version" --arg created "$created" --arg arch "$arch" \
    --arg runtime "Microsoft.NETCore.App.Runtime.NativeAOT.$runtime" --arg distribution "debian-$(sed -n 's/^VERSION_ID="\(.*\)"/\1/p' "$work/debian/base-files/usr/lib/os-release")" \
    --slurpfile nuget "$work/nuget.json" --slurpfile debian "$work/debian.json" --slurpfile programs "$work/programs.json" "${assets[@]}" > "$to/$name.cdx.json"
}

list_nuget_packages & nuget=$! # takes as long as all the rest
known=$("${cache[@]}" pkgnames | grep -xE 'base-files|libssl3t64' || true)
[ -n "$known" ] || "${apt[@]}" update || { echo "images: cannot read Debian's lists for $arch" >&2; exit 3; }
packages=(base-files libc6 ca-certificates libssl3)
[[ $known != *libssl3t64* ]] || packages=(base-files libc6 ca-certificates libssl3t64 zlib1g libzstd1)
unpack "${packages[@]}"
write_base
write_tls
pack base
pack tls
for name in "${wanted[@]}"; do
  install -D -m 755 "$native/$name" "$work/layers/$name/$name"
  pack "$name"
done
wait "$nuget" || exit 3
nuget=
for name in "${names[@]}"; do write_image "$name"; done

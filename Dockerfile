# One program in an image, for those who build in a registry of their own; eng/images.sh writes smaller ones without an engine (docs/images.md).
#   docker build --build-arg PROGRAM=csi-provisioner -t csi-provisioner .
# The two images must be of one release of one distribution: the program needs a C library no older than the one it was linked with. The second one
# must have that library, OpenSSL 3 and, where a kubeconfig names no authority, CA certificates; a shell is not needed.
ARG SDK=mcr.microsoft.com/dotnet/sdk:10.0-noble
ARG RUNTIME=mcr.microsoft.com/dotnet/runtime-deps:10.0-noble-chiseled

FROM ${SDK} AS build
ARG PROGRAM
WORKDIR /source
COPY . .
RUN test -n "$PROGRAM" || { echo "say which program: --build-arg PROGRAM=csi-provisioner" >&2; exit 2; }
RUN eng/publish.sh "$PROGRAM" && install -D "artifacts/native/$PROGRAM" "/out/$PROGRAM" && ln -s "$PROGRAM" /out/entrypoint

FROM ${RUNTIME}
COPY --from=build /out/ /
USER 65532:65532
ENTRYPOINT ["/entrypoint"]

# syntax=docker/dockerfile:1
# One executable, /manager, on a base without shell and package manager.
#   docker buildx build --platform linux/amd64,linux/arm64 --build-arg VERSION=0.1.0 --build-arg COMMIT=$(git rev-parse HEAD) .

FROM --platform=$BUILDPLATFORM mcr.microsoft.com/dotnet/sdk:10.0 AS build
ARG TARGETARCH
ARG VERSION=0.1.0
ARG COMMIT=unknown
ARG BUILD_DATE=
WORKDIR /source
ENV CI=true DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
COPY global.json Directory.Build.props Directory.Packages.props BannedSymbols.txt .editorconfig ./
COPY src/ src/
RUN arch=$([ "$TARGETARCH" = arm64 ] && echo arm64 || echo x64) \
 && dotnet publish src/VWorkspace.Operator -c Release -r "linux-$arch" --self-contained -o /out \
      -p:PublishSingleFile=true -p:PublishReadyToRun=true -p:DebugType=none -p:GenerateDocumentationFile=false \
      -p:Version="$VERSION" -p:SourceRevisionId="$COMMIT" -p:BuildDate="$BUILD_DATE"

FROM mcr.microsoft.com/dotnet/runtime-deps:10.0-noble-chiseled
ARG VERSION=0.1.0
ARG COMMIT=unknown
ARG BUILD_DATE=
LABEL org.opencontainers.image.title="vWorkspace operator" \
      org.opencontainers.image.version="v$VERSION" \
      org.opencontainers.image.revision="$COMMIT" \
      org.opencontainers.image.created="$BUILD_DATE" \
      org.opencontainers.image.licenses="Apache-2.0"
# Cultures do not matter to the operator, and nobody attaches to it.
ENV DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 DOTNET_EnableDiagnostics=0 DOTNET_gcServer=0
# The youngest generation would otherwise grow to the size of the processor's cache, which may be more than all that is kept (docs/benchmarks/applications.md).
ENV DOTNET_GCgen0size=0x400000 DOTNET_GCConserveMemory=9
COPY --from=build /out/manager /manager
USER 65532:65532
EXPOSE 8080 8081
ENTRYPOINT ["/manager"]

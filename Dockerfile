# syntax=docker/dockerfile:1
# Stage 1 builds with the Swift toolchain on Debian 12; stage 2 holds the program and the shared libraries that it links.
ARG SWIFT_IMAGE=swift:6.2-bookworm
ARG BASE_IMAGE=debian:bookworm-slim

FROM ${SWIFT_IMAGE} AS build
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        libcurl4-openssl-dev libssl-dev libsimdjson-dev libyaml-dev libre2-dev libevent-dev \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY Package.swift ./
COPY Sources Sources
COPY Tests Tests
COPY crds crds
RUN swift build -c release --static-swift-stdlib --product quartermaster \
    && strip "$(swift build -c release --static-swift-stdlib --show-bin-path)/quartermaster" \
    && install -D "$(swift build -c release --static-swift-stdlib --show-bin-path)/quartermaster" /out/quartermaster

FROM ${BASE_IMAGE}
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        ca-certificates tzdata libcurl4 libssl3 libsimdjson14 libyaml-0-2 libre2-9 \
        libevent-core-2.1-7 libevent-extra-2.1-7 libevent-openssl-2.1-7 libevent-pthreads-2.1-7 \
    && rm -rf /var/lib/apt/lists/*
COPY --from=build /out/quartermaster /usr/local/bin/quartermaster
USER 65532:65532
ENTRYPOINT ["/usr/local/bin/quartermaster"]
CMD ["run"]

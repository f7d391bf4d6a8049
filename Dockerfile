# syntax=docker/dockerfile:1
# The operator's image by a container engine, for every platform that the engine builds: the files are those of `make image`, which
# needs no engine and reads from here how the image is run.
ARG SWIFT_IMAGE=swift:6.2-bookworm

FROM ${SWIFT_IMAGE} AS build
WORKDIR /src
COPY scripts scripts
RUN scripts/deps.sh build image
COPY Package.swift Dockerfile ./
COPY Sources Sources
COPY Tests Tests
COPY crds crds
RUN swift build -c release --static-swift-stdlib --product quartermaster \
    && python3 scripts/image root operator --output /out --program .build/release/quartermaster

FROM scratch
COPY --from=build /out/ /
USER 65532:65532
ENV PATH=/usr/local/bin:/usr/bin:/bin
ENTRYPOINT ["/usr/local/bin/quartermaster"]
CMD ["run"]

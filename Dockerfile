# konter in a container: built here, run as nobody in particular, with nothing else in it. contrib/compose.yaml runs it.
FROM docker.io/library/rust:1-bookworm AS build
WORKDIR /src
COPY . .
# What was built stays in the builder's cache, the program alone is taken out of it.
RUN --mount=type=cache,target=/usr/local/cargo/registry --mount=type=cache,target=/src/target \
    cargo build --release --locked --bin konter && cp target/release/konter /konter && mkdir -m 700 /data

# A C library and no shell. The same Debian as above: the library must fit.
FROM gcr.io/distroless/cc-debian12:nonroot
COPY --from=build /konter /usr/local/bin/konter
COPY --from=build --chown=nonroot:nonroot /data /data
COPY catalog.csv /etc/konter/catalog.csv
# In the container every address is its own; who reaches the port is decided where it is published.
ENV KONTER_DATA_DIR=/data KONTER_CATALOG=/etc/konter/catalog.csv KONTER_LISTEN=0.0.0.0:8080
# As in contrib/konter.service: some 20 MiB less.
ENV MALLOC_ARENA_MAX=2 MALLOC_MMAP_THRESHOLD_=131072 MALLOC_TRIM_THRESHOLD_=4194304
WORKDIR /data
VOLUME /data
EXPOSE 8080
USER nonroot
# What is under way at suppliers gets its answer: 75 s at most.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=15s --start-period=60s CMD ["konter", "health"]
ENTRYPOINT ["konter"]
CMD ["run"]

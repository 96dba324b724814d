# The studio in a container, by an account without rights; compose.yaml starts it.
#   docker build -t pinxit .                                        for CPUs
#   docker build -t pinxit:nvidia --build-arg TORCH_INDEX= .        for NVIDIA's cards
ARG PYTHON=3.13

FROM python:${PYTHON}-slim-bookworm AS build
WORKDIR /source
COPY pyproject.toml README.md LICENSE THIRD_PARTY.md ./
COPY src src
COPY studio studio
COPY plugins plugins
COPY docs/how-to docs/how-to
RUN pip wheel --no-cache-dir --no-deps --wheel-dir /wheels .

FROM python:${PYTHON}-slim-bookworm
# Where pip looks for PyTorch besides PyPI: here its builds for CPUs. PyPI's own need some 3 GB more, for NVIDIA's libraries.
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu
COPY constraints.txt /opt/constraints.txt
RUN python -m venv /opt/pinxit \
    && /opt/pinxit/bin/pip install --no-cache-dir -c /opt/constraints.txt ${TORCH_INDEX:+--extra-index-url "$TORCH_INDEX"} torch
COPY --from=build /wheels /opt/wheels
RUN wheel=$(echo /opt/wheels/pinxit-*.whl) \
    && /opt/pinxit/bin/pip install --no-cache-dir -c /opt/constraints.txt "${wheel}[photo,plot,video,studio]" \
    && useradd --create-home --uid 10001 pinxit \
    && install --directory --owner=pinxit --group=pinxit --mode=700 /data
ENV PATH=/opt/pinxit/bin:$PATH PINXIT_CACHE=/data/cache PINXIT_PRESETS=/data/presets
USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 8420
HEALTHCHECK --interval=30s --timeout=5s --start-period=90s \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8420/healthz', timeout=4)"]
# Of all addresses, because the container has one of its own: every client has to present the token (PINXIT_TOKEN, or the one
# that is printed at the start).
ENTRYPOINT ["pinxit"]
CMD ["studio", "--host", "0.0.0.0", "--home", "/data/studio", "--no-browser"]

# What the pages load in a browser, by lock file.
FROM node:24-slim AS frontend
WORKDIR /build
COPY frontend ./frontend
RUN npm ci --prefix frontend && npm run build --prefix frontend

# The wheel, with the pages, the reference set, the ontology and the named queries in it.
FROM python:3.11-slim AS wheel
WORKDIR /build
COPY requirements-dev.txt ./
RUN pip install --no-cache-dir --require-hashes --only-binary=:all: -r requirements-dev.txt
COPY . ./
COPY --from=frontend /build/app/commonplace/web/pages/static/vendor app/commonplace/web/pages/static/vendor
RUN python -m hatchling build -t wheel

FROM python:3.11-slim

ENV PYTHONUNBUFFERED=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1

# First what seldom changes, so that a change of the program does not install it again. With it comes what speaks to a
# log that several servers share.
COPY requirements-servers.txt /tmp/
RUN pip install --only-binary=:all: --require-hashes -r /tmp/requirements-servers.txt

COPY --from=wheel /build/dist/*.whl /tmp/
RUN pip install --no-deps /tmp/*.whl \
    && rm /tmp/*.whl \
    && python -c "from commonplace.web.pages.rendering import compile_pages; compile_pages()" \
    && useradd --system --user-group --uid 10001 --home-dir /data --no-create-home commonplace \
    && install -d -o commonplace -g commonplace /data

ENV PYTHONDONTWRITEBYTECODE=1 \
    COMMONPLACE_HOME=/data \
    COMMONPLACE_HOST=0.0.0.0 \
    COMMONPLACE_PORT=8000

USER commonplace
WORKDIR /data
VOLUME /data
EXPOSE 8000

# A new home checks the reference set against the shapes before it answers, which takes some seconds.
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
    CMD ["python", "-c", "import os, urllib.request as u; u.urlopen(f\"http://127.0.0.1:{os.environ['COMMONPLACE_PORT']}/healthz\", timeout=4)"]

CMD ["commonplace", "serve"]

# What the pages load in a browser, by lock file.
FROM node:24-slim AS frontend
WORKDIR /build
COPY frontend ./frontend
RUN npm ci --prefix frontend && npm run build --prefix frontend

FROM python:3.11-slim

ENV PYTHONUNBUFFERED=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1

WORKDIR /opt/commonplace

# First what seldom changes, so that a change of the program does not install it again.
COPY requirements.txt ./
RUN pip install --only-binary=:all: --require-hashes -r requirements.txt

# The program runs from here and is not built into a package: it finds data/, ontology/ and queries/
# beside app/, and nothing is installed but what the lock file names with its hash.
ENV PYTHONPATH=/opt/commonplace
COPY . ./
COPY --from=frontend /build/app/web/static/vendor app/web/static/vendor
RUN python -m compileall -q app \
    && printf '#!/usr/bin/env python3\nfrom app.cli import main\n\nmain()\n' > /usr/local/bin/commonplace \
    && chmod 755 /usr/local/bin/commonplace \
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

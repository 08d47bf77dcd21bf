FROM python:3.11-slim

ENV PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1

WORKDIR /opt/commonplace

# First what seldom changes, so that a change of the program does not install it again.
COPY requirements.txt ./
RUN pip install --require-hashes -r requirements.txt

COPY . ./
RUN pip install --no-deps -e . \
    && useradd --system --uid 10001 --home-dir /data --no-create-home commonplace \
    && install -d -o commonplace -g commonplace /data

ENV COMMONPLACE_HOME=/data \
    COMMONPLACE_HOST=0.0.0.0 \
    COMMONPLACE_PORT=8000

USER commonplace
WORKDIR /data
VOLUME /data
EXPOSE 8000

HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
    CMD ["python", "-c", "import os, urllib.request as u; u.urlopen(f\"http://127.0.0.1:{os.environ['COMMONPLACE_PORT']}/healthz\", timeout=4)"]

CMD ["commonplace", "serve"]

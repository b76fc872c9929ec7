FROM python:3.13-slim AS build
WORKDIR /src
COPY pyproject.toml README.md LICENSE ./
COPY ses_emulator ses_emulator
COPY web web
RUN pip wheel --no-cache-dir --wheel-dir /wheels .

FROM python:3.13-slim
RUN --mount=type=bind,from=build,source=/wheels,target=/wheels \
    pip install --no-cache-dir --no-index --find-links /wheels ses-emulator \
    && useradd --system --uid 10001 --no-create-home ses \
    && install --directory --owner ses --group ses /data
USER ses
# To keep the mail, run it with SES_EMULATOR_DATABASE=/data/ses.db.
VOLUME /data
WORKDIR /data
ENV PYTHONUNBUFFERED=1 \
    SES_EMULATOR_HOST=0.0.0.0
EXPOSE 8005 1025 1465 2525
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s \
    CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen(f'http://127.0.0.1:{os.environ.get(\"SES_EMULATOR_PORT\", 8005)}/_ses/health', timeout=2)"]
ENTRYPOINT ["ses-emulator"]

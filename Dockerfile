# Two stages: what builds stays behind. The root may be read-only; /data is the only place that is written.
FROM python:3.13-slim AS built
RUN python -m venv /opt/regulars
ENV PATH=/opt/regulars/bin:$PATH
WORKDIR /src
COPY requirements/run.txt requirements/run.txt
RUN pip install --no-cache-dir --no-deps --require-hashes -r requirements/run.txt
COPY . .
# What builds the package is locked too, so nothing unlocked is fetched.
RUN pip install --no-cache-dir --no-deps --no-build-isolation . && python -m compileall -q /opt/regulars

FROM python:3.13-slim
RUN useradd --uid 10001 --create-home regulars && install -d -o regulars -g regulars -m 700 /data
COPY --from=built /opt/regulars /opt/regulars
ENV PATH=/opt/regulars/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 REGULARS_DATA_DIR=/data
USER regulars
WORKDIR /data
CMD ["regulars", "--help"]

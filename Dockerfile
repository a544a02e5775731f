FROM python:3.13-slim
RUN useradd --create-home regulars
WORKDIR /srv/regulars
COPY requirements/run.txt requirements/run.txt
RUN pip install --no-cache-dir --no-deps --require-hashes -r requirements/run.txt
COPY . .
# What builds the package is locked too, so nothing unlocked is fetched.
RUN pip install --no-cache-dir --no-deps --no-build-isolation .
USER regulars
CMD ["regulars", "--help"]

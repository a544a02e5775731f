FROM python:3.13-slim
RUN useradd --create-home regulars
WORKDIR /srv/regulars
COPY requirements/run.txt requirements/run.txt
RUN pip install --no-cache-dir --require-hashes -r requirements/run.txt
COPY . .
RUN pip install --no-cache-dir --no-deps .
USER regulars
CMD ["regulars", "--help"]

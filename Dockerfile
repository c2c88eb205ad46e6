# The portal: web server, worker and every command, from one image. docs/operations.md, "Containers", says how to run it.

FROM python:3.14-slim-trixie AS build
WORKDIR /srv/portal
RUN pip install --no-cache-dir --disable-pip-version-check --root-user-action ignore 'uv>=0.9'
# First what changes rarely, so that a change of the code installs nothing anew.
COPY pyproject.toml uv.lock ./
RUN uv sync --frozen --no-dev --no-cache --compile-bytecode --python /usr/local/bin/python3
COPY . .
# This key signs nothing: static files alone are made with it, and it does not leave this stage.
RUN .venv/bin/python -m portal_project.catalogs \
    && SECRET_KEY=for-collectstatic-alone-and-never-for-serving .venv/bin/python manage.py collectstatic --no-input \
    && .venv/bin/python -m compileall -q portal_project products subscriptions support

FROM python:3.14-slim-trixie
ENV PATH=/srv/portal/.venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    PYTHONUTF8=1 \
    FILES_DIR=/var/lib/subscription-portal/files
RUN useradd --system --uid 10001 --home-dir /nonexistent --no-create-home portal \
    && install --directory --owner portal --group portal --mode 0750 /var/lib/subscription-portal/files
# Owned by root, so that the portal cannot change itself.
COPY --from=build /srv/portal /srv/portal
WORKDIR /srv/portal
USER 10001
VOLUME /var/lib/subscription-portal/files
EXPOSE 8000
# The heartbeat of its workers is a file, and the file system may be read-only.
CMD ["gunicorn", "portal_project.wsgi", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", "--threads", "8", \
    "--worker-tmp-dir", "/dev/shm", "--no-control-socket"]

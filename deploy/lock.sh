#!/bin/sh
# Makes the lock files anew from pyproject.toml, with what builds our own package, in a throw-away environment.
# The machine's own pip settings are left out, so that the locks hold for everybody.
set -eu
cd "$(dirname "$0")/.."
tools=$(mktemp -d)
# pip-compile leaves what the package's metadata was; in this folder it would hide what was installed since.
trap 'rm -rf "$tools" hotline.egg-info' EXIT
unset PIP_FIND_LINKS PIP_INDEX_URL PIP_EXTRA_INDEX_URL
export PIP_CONFIG_FILE=/dev/null CUSTOM_COMPILE_COMMAND="make lock"

"${PYTHON:-python3}" -m venv "$tools"
"$tools/bin/pip" install --quiet pip-tools
compile() {
    "$tools/bin/pip-compile" --quiet --generate-hashes --no-emit-index-url --no-emit-trusted-host --strip-extras \
        --allow-unsafe --build-deps-for=editable "$@" pyproject.toml
}
compile --output-file=requirements.lock
compile --extra=dev --output-file=requirements-dev.lock

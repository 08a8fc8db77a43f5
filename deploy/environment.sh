#!/bin/sh
# Makes the virtual environment from a lock file:  environment.sh LOCK STAMP
# The stamp is written last, so whatever stops this in the middle is mended by the next run.
set -eu
lock=$1 stamp=$2
python=${PYTHON:-python3}

"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    { echo "Python 3.11 or later is needed; $python is $("$python" --version 2>&1)." >&2; exit 1; }
"$python" -c 'import venv, ensurepip' 2>/dev/null ||
    { echo "Python has no venv module here. On Debian: apt-get install python3-venv" >&2; exit 1; }

if ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
    echo "Making the virtual environment .venv"
    rm -rf .venv
    "$python" -m venv .venv
fi
echo "Installing the locked dependencies ($lock)"
.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r "$lock" ||
    { echo "The dependencies could not be installed: see the lines above. Is the network there? The same command again goes on from here." >&2; exit 1; }
.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
sha256sum "$lock" pyproject.toml >"$stamp"

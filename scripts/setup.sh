#!/bin/sh
# Create .venv and install the pinned requirements, by hash; does nothing when they are there already.
set -eu
cd "$(dirname "$0")/.."
want="$1"

python=""
for candidate in python3.11 python3.12 python3.13 python3; do
    if command -v "$candidate" >/dev/null 2>&1 &&
        "$candidate" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
        python="$candidate"
        break
    fi
done
[ -x .venv/bin/python ] && python=".venv/bin/python"
if [ -z "$python" ]; then
    echo "setup: Python 3.11 or newer with the venv module is needed" >&2
    exit 2
fi

stamp=".venv/.installed-$(basename "$want")"
if [ -f "$stamp" ] && cmp -s "$want" "$stamp"; then
    exit 0
fi
[ -x .venv/bin/python ] || "$python" -m venv .venv
echo "setup: installing $want (a minute or two, once)"
.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input \
    --require-hashes --only-binary :all: --no-compile -r "$want"
# Compiled on all cores, which pip does on one; the libraries' own tests never run.
.venv/bin/python -m compileall -q -j 0 -x '[/\\]tests?[/\\]' .venv/lib >/dev/null || true
cp "$want" "$stamp"
# What the checks need contains what the product needs.
if [ "$want" = requirements-dev.txt ]; then cp requirements.txt .venv/.installed-requirements.txt; fi

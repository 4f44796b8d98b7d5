#!/bin/sh
# What the tests drive: Mosquitto, PostgreSQL, Chromium and nginx; npm checks the map component. Installed with apt as
# root; without root, said and refused, unless ALLOW_SKIPS=1 (which never counts in CI).
set -eu

if [ "${ALLOW_SKIPS:-}" = 1 ] && [ -n "${CI:-}" ]; then
    echo "test: ALLOW_SKIPS=1 is not accepted in CI" >&2
    exit 1
fi
PATH="$PATH:/usr/sbin:/usr/local/sbin"
missing=""
command -v mosquitto >/dev/null 2>&1 || missing="$missing mosquitto"
[ -n "$(ls -d /usr/lib/postgresql/*/bin/initdb 2>/dev/null)" ] || missing="$missing postgresql"
command -v chromium >/dev/null 2>&1 || missing="$missing chromium"
[ -n "$(ls /usr/lib/*/faketime/libfaketimeMT.so.1 2>/dev/null)" ] || missing="$missing libfaketime"
command -v nginx >/dev/null 2>&1 || missing="$missing nginx-light"
command -v npm >/dev/null 2>&1 || missing="$missing npm"
[ -z "$missing" ] && exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "test: installing$missing"
    export DEBIAN_FRONTEND=noninteractive
    # A server started by its package is stopped again: the tests start their own, on free ports.
    printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d && chmod +x /usr/sbin/policy-rc.d
    trap 'rm -f /usr/sbin/policy-rc.d' EXIT
    apt-get update -qq
    # shellcheck disable=SC2086
    apt-get install -y -qq --no-install-recommends $missing >/dev/null
    exit 0
fi
echo "test: missing on this machine:$missing (install them, or run as root; ALLOW_SKIPS=1 leaves their tests out)" >&2
[ "${ALLOW_SKIPS:-}" = 1 ] || exit 1

#!/bin/sh
# What the tests need beside the locked dependencies: a browser, fonts with Chinese characters, and the library that
# the browser's driver asks for.
set -eu
PATH=$PATH:/sbin:/usr/sbin  # ldconfig, for those who are not root
missing=""
command -v chromium >/dev/null 2>&1 || missing="chromium"
[ -n "$(find /usr/share/fonts -iname 'NotoSansCJK*' -print -quit 2>/dev/null)" ] || missing="$missing fonts-noto-cjk"
ldconfig -p | grep -q libatomic.so.1 || missing="$missing libatomic1"
[ -n "$missing" ] || exit 0

if [ "$(id -u)" != 0 ]; then
    echo "The browser tests need Debian's packages:$missing" >&2
    echo "Ask an administrator of this machine for:  apt-get install --no-install-recommends $missing" >&2
    exit 1
fi
echo "Installing for the browser tests: $missing"
export DEBIAN_FRONTEND=noninteractive
apt-get -qq update && apt-get -qq -y install --no-install-recommends $missing >/dev/null ||
    { echo "Could not install$missing; see the lines above. Is a Debian mirror reachable?" >&2; exit 1; }

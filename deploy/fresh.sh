#!/bin/sh
# Both of a newcomer's commands in a clean Debian 12 root folder: what is committed here, and nothing else of ours.
# Needs root and mmdebstrap. Taken over from this machine: its certificates, its resolver, its package settings.
set -eu
cd "$(dirname "$0")/.."
[ "$(id -u)" = 0 ] || { echo "make fresh must be root: it makes a Debian root folder." >&2; exit 1; }
command -v mmdebstrap >/dev/null || { echo "make fresh needs mmdebstrap: apt-get install mmdebstrap" >&2; exit 1; }

root=$(mktemp -d "${TMPDIR:-/var/tmp}/hotline-fresh.XXXXXX")
trap 'rm -rf "$root"' EXIT

echo "A clean Debian 12 in $root"
mmdebstrap --quiet --variant=minbase --include=ca-certificates,python3,python3-venv,git,make bookworm "$root"
git clone --quiet . "$root/srv/hotline"

for kept in /etc/resolv.conf /etc/hosts /etc/pip.conf /etc/ssl/certs/ca-certificates.crt /root/.npmrc; do
    [ ! -e "$kept" ] || install -D -m 644 "$(readlink -f "$kept")" "$root$kept"
done
for kept in /etc/apt/apt.conf.d/*proxy*; do
    [ ! -e "$kept" ] || cp "$kept" "$root/etc/apt/apt.conf.d/"
done
# Local folders of packages aren't taken along: a newcomer has none.
taken=$(env | grep -E '^(PIP_(CERT|INDEX_URL|EXTRA_INDEX_URL|DEFAULT_TIMEOUT|PROXY)|SSL_CERT_(FILE|DIR)|NODE_EXTRA_CA_CERTS|REQUESTS_CA_BUNDLE|https?_proxy|HTTPS?_PROXY|no_proxy|NO_PROXY)=' || true)

# A process namespace of its own: what is left running in it is ours, and dies with it.
inside='
    mount -t proc proc "$0/proc"
    mount --rbind /sys "$0/sys"
    mount --rbind /dev "$0/dev"
    chroot "$0" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 $1 \
        python3 /srv/hotline/deploy/rehearse.py /srv/hotline
'
unshare --mount --pid --fork --kill-child sh -euc "$inside" "$root" "$taken"

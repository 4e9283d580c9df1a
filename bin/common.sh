# Shared by the scripts beside it; sourced, never run.
# Sets a plain environment and offers: say, fail, root_prefix, apt_install, free_port, wait_for_port, stop_process.

set -euo pipefail

ROOT=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
VENV="$ROOT/.venv"
PYTHON_VENV="$VENV/bin/python"

# A bare machine has no locale but this one, and no one to answer questions.
export LANG=C.UTF-8 LC_ALL=C.UTF-8
export DEBIAN_FRONTEND=noninteractive
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore PIP_NO_INPUT=1
export PYTHONUNBUFFERED=1 PYTHONUTF8=1
# A minimal root may have started us with a short PATH; initdb, ldconfig and dpkg helpers live here.
export PATH="${PATH:-/usr/bin:/bin}:/usr/local/sbin:/usr/sbin:/sbin"

say() { printf '%s\n' "$*" >&2; }

fail() {
    say "$@"
    exit 1
}

is_debian_family() {
    [ -r /etc/os-release ] && command -v apt-get >/dev/null 2>&1 &&
        grep -qiE '^ID(_LIKE)?=.*(debian|ubuntu)' /etc/os-release
}

# Prints the prefix that makes a command run as root: nothing, or sudo. Fails when there is neither.
# sudo may ask for a password only when somebody sits at the terminal.
root_prefix() {
    if [ "$(id -u)" = 0 ]; then
        return 0
    elif command -v sudo >/dev/null 2>&1; then
        if sudo -n true 2>/dev/null; then
            echo "sudo -n"
        elif [ -t 0 ] && [ -t 2 ]; then
            echo "sudo"
        else
            return 1
        fi
    else
        return 1
    fi
}

# Some packages bring ca-certificates along, which writes the bundle anew. A bundle that was put there by
# hand (a site's own authority on a minimal system) joins the package's local certificates first.
keep_own_certificates() {
    local bundle=/etc/ssl/certs/ca-certificates.crt local_certificates=/usr/local/share/ca-certificates
    if [ -s "$bundle" ] && ! dpkg-query -W -f '${Status}' ca-certificates 2>/dev/null | grep -q ' installed$'; then
        $1 mkdir -p "$local_certificates"
        $1 cp -L "$bundle" "$local_certificates/kept-bundle.crt"
    fi
}

# apt_install PACKAGE...: installs with the machine's own apt configuration. Daemons that come with a
# package are not started: the project runs its own, on its own ports, and only while it needs them.
apt_install() {
    local sudo_prefix policy=/usr/sbin/policy-rc.d made_policy="" status=0
    sudo_prefix=$(root_prefix) || return 1
    say "安装系统软件包 / Installing system packages: $*"
    keep_own_certificates "$sudo_prefix"
    # shellcheck disable=SC2086  # the prefix is meant to be split
    {
        $sudo_prefix env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 update >&2 || true
        if [ ! -e "$policy" ] && printf '#!/bin/sh\nexit 101\n' | $sudo_prefix tee "$policy" >/dev/null; then
            made_policy=1
            $sudo_prefix chmod 755 "$policy"
        fi
        $sudo_prefix env DEBIAN_FRONTEND=noninteractive apt-get -qq -y -o DPkg::Lock::Timeout=300 \
            -o Dpkg::Use-Pty=0 install --no-install-recommends "$@" >&2 || status=$?
        if [ -n "$made_policy" ]; then
            $sudo_prefix rm -f "$policy"
        fi
    }
    return "$status"
}

# listen_to_interrupts SCRIPT ARGS...: a script that another script starts with & inherits "ignore SIGINT",
# which bash cannot undo itself; start it again without.
listen_to_interrupts() {
    if trap -p INT | grep -q "''" && env --default-signal=INT true 2>/dev/null; then
        exec env --default-signal=INT --default-signal=QUIT bash "$@"
    fi
}

# Prints a TCP port of the loopback interface that nobody listens on now.
free_port() {
    "$PYTHON_VENV" -c 'import socket
with socket.socket() as s:
    s.bind(("127.0.0.1", 0))
    print(s.getsockname()[1])'
}

port_is_taken() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# wait_for_port PORT SECONDS PID: until somebody listens, the time is over or the process has ended.
wait_for_port() {
    local end=$((SECONDS + $2))
    while [ "$SECONDS" -lt "$end" ]; do
        port_is_taken "$1" && return 0
        kill -0 "$3" 2>/dev/null || return 1
        sleep 0.1
    done
    return 1
}

# stop_process PID SECONDS: asks politely, then ends the whole process group the process leads.
stop_process() {
    local pid=$1 end=$((SECONDS + $2))
    kill -TERM "$pid" 2>/dev/null || true
    while kill -0 "$pid" 2>/dev/null && [ "$SECONDS" -lt "$end" ]; do sleep 0.1; done
    kill -KILL -- "-$pid" 2>/dev/null || kill -KILL "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
}

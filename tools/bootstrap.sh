#!/bin/sh
# Makes .venv with everything that Cupel is developed and tested with; called by the Makefile, from the root folder.
# PYTHON names the interpreter to use, VENV another folder than .venv.
set -eu

venv=${VENV:-.venv}
# What Qt needs of the system, beside its wheels, and a font with Chinese.
packages="libegl1 libgl1 libxkbcommon0 libxkbcommon-x11-0 libdbus-1-3 libfontconfig1 libglib2.0-0 libxcb-cursor0
libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-randr0 libxcb-render-util0 libxcb-shape0 libxcb-xinerama0
libxcb-xkb1 fonts-noto-cjk"

say() { printf '%s\n' "$*"; }
stop() { printf '%s\n' "$*" >&2; exit 1; }

suits() { "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; }

find_python() {
    for name in ${PYTHON:-python3.13 python3.12 python3.11 python3 python}; do
        if command -v "$name" >/dev/null 2>&1 && suits "$name"; then
            say "$name"
            return
        fi
    done
    stop "Cupel needs Python 3.11, 3.12 or 3.13 and found none; install one, or name it: make setup PYTHON=python3.12"
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -n "$@"; fi
}

can_install() {
    command -v apt-get >/dev/null 2>&1 && { [ "$(id -u)" -eq 0 ] || sudo -n true 2>/dev/null; }
}

make_venv() {
    if [ -x "$venv/bin/python" ] && suits "$venv/bin/python"; then
        return
    fi
    python=$(find_python)
    say "Making $venv with $python"
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
        can_install || stop "This Python cannot make environments; install the package python$version-venv and run again."
        as_root apt-get update -q
        as_root apt-get install -q -y "python$version-venv"
    fi
    "$python" -m venv --clear "$venv"
}

qt_loads() {
    QT_QPA_PLATFORM=offscreen "$venv/bin/python" -c 'from PySide6.QtWidgets import QApplication; QApplication([])' \
        >/dev/null 2>&1 || return 1
    [ "$(uname)" = Linux ] || return 0
    folder=$("$venv/bin/python" -c 'import PySide6, pathlib; print(pathlib.Path(PySide6.__file__).parent)')
    ! ldd "$folder/Qt/plugins/platforms/libqxcb.so" 2>/dev/null | grep -q 'not found'
}

# Prints those of $packages that this system's release has, under the name they have there.
known_packages() {
    for package in $packages; do
        for name in "$package" "${package}t64"; do
            if apt-cache show "$name" >/dev/null 2>&1; then
                printf '%s ' "$name"
                break
            fi
        done
    done
}

install_packages() {
    # shellcheck disable=SC2046 # one word a package is meant
    as_root apt-get update -q &&
        as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $(known_packages)
}

complete_qt() {
    if qt_loads; then
        return
    fi
    if can_install; then
        say "Installing the system libraries that Qt needs"
        install_packages >"$venv/apt.log" 2>&1 || say "They could not all be installed; see $venv/apt.log."
    fi
    if ! qt_loads; then
        say "The window may not open: Qt lacks libraries of the system. On Debian and Ubuntu, install them with"
        # shellcheck disable=SC2086 # one line is meant
        say "  sudo apt-get install" $packages
        say "and on other systems the packages of the same libraries. The terminal works without them."
    fi
}

make_venv
say "Installing Cupel and what it needs into $venv (some minutes the first time)"
"$venv/bin/python" -m pip install -q --disable-pip-version-check -c constraints.txt -e '.[dev]'
complete_qt
touch "$venv/stamp"
say "Ready."

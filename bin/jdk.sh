# SPDX-License-Identifier: Apache-2.0
# Sourced by ./isthmus and ./verify: finds a JDK 25 or newer and sets JAVA_HOME.

java_major() {
    # The release file is quicker to read than java is to start.
    sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release" 2>/dev/null
}

find_jdk() {
    local candidate major on_path=
    on_path=$(command -v javac 2>/dev/null) && on_path=$(dirname "$(dirname "$(readlink -f "$on_path")")")
    for candidate in "${JAVA_HOME:-}" "$on_path" /usr/lib/jvm/*; do
        [ -n "$candidate" ] && [ -x "$candidate/bin/javac" ] || continue
        major=$(java_major "$candidate")
        if [ "${major:-0}" -ge 25 ]; then
            export JAVA_HOME=$candidate
            return 0
        fi
    done
    echo "Isthmus needs a JDK 25 or newer, and found none by JAVA_HOME, PATH or in /usr/lib/jvm: install one (for instance temurin-25-jdk) and try again." >&2
    exit 69
}

# For the run scripts: named steps with a log each. Set name (of the script) and root before sourcing.
build=$root/build
jobs=${CMAKE_BUILD_PARALLEL_LEVEL:-$(getconf _NPROCESSORS_ONLN)}

usage_error() {
    echo "$name: $*" >&2
    echo "$name --help tells more" >&2
    exit 2
}

fail() {
    echo "$name: $*" >&2
    exit 1
}

# The newest "[done/all]" or "done/all Test" of a log.
progress_of() { tail -n 1 "$1" 2>/dev/null | sed -n 's/^ *\[\{0,1\}\([0-9][0-9]*\/[0-9][0-9]*\)[] ].*/\1/p'; }

# step "what is done" LOG COMMAND...: runs the command with its output in the log; a terminal sees how far it is.
step() {
    what=$1 log=$2
    shift 2
    mkdir -p "${log%/*}"
    began=$(date +%s)
    "$@" >"$log" 2>&1 </dev/null &
    child=$!
    trap 'kill $child 2>/dev/null; wait $child; exit 130' INT TERM
    if [ -t 1 ]; then
        while kill -0 $child 2>/dev/null; do
            printf '\r%-28s %-12s' "$what" "$(progress_of "$log")"
            sleep 0.3
        done
        printf '\r'
    fi
    status=0
    wait $child || status=$?
    trap - INT TERM
    if [ $status = 0 ]; then
        printf '%-28s %d s        \n' "$what" $(($(date +%s) - began))
    else
        printf '%-28s failed      \n' "$what"
    fi
    return $status
}

# must "what is done" LOG COMMAND...: a step that the run cannot go on without.
must() {
    step "$@" && return
    grep -v '^\[[0-9]*/[0-9]*\] [A-Z][a-z]*ing ' "$log" | tail -n 60 >&2
    fail "$what failed; the whole log: $log"
}

# configure FOLDER PRESET OPTION...: from the preset, with what the user put on the command line after it.
configure() {
    folder=$1 preset=$2
    shift 2
    must "$preset: configure" "$folder.configure.log" \
        cmake -G Ninja -C "$root/cmake/presets/$preset.cmake" "$@" -S "$root" -B "$folder"
}

# shellcheck shell=sh disable=SC2034,SC2154
# For the run scripts: named steps with a log each. Set name (of the script) and root (of the project) before.
build=$root/build
claim='' shower='' installer=''
jobs=${CMAKE_BUILD_PARALLEL_LEVEL:-$(getconf _NPROCESSORS_ONLN)}

# A Catch2 3 that cmake/setup could not install: for CMake, and for compilers that are called without it.
catch2=${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/rpmsg/catch2/usr
if [ -d "$catch2" ]; then
    export "CMAKE_PREFIX_PATH=$catch2${CMAKE_PREFIX_PATH:+:$CMAKE_PREFIX_PATH}"
    export "CPLUS_INCLUDE_PATH=$catch2/include${CPLUS_INCLUDE_PATH:+:$CPLUS_INCLUDE_PATH}"
    export "LIBRARY_PATH=$catch2/lib${LIBRARY_PATH:+:$LIBRARY_PATH}"
fi

usage_error() {
    echo "$name: $*; $name --help tells more" >&2
    exit 2
}

fail() {
    echo "$name: $*" >&2
    exit 1
}

# build_in DIR: what is built lies there instead of in the checkout.
build_in() {
    case $1 in
    /*) build=$1 ;;
    *) build=$PWD/$1 ;;
    esac
}

# The build folder can be written to, and no other run is at work in it. The claim ends with the script.
claim_build() {
    { mkdir -p "$build" && [ -w "$build" ]; } 2>/dev/null ||
        fail "cannot write to $build: name another folder with --build-dir DIR"
    claim=$build/.claim tries=3
    until (set -C && echo $$ >"$claim") 2>/dev/null; do
        [ $((tries -= 1)) -gt 0 ] || fail "cannot write $claim: is the disk full?"
        owner=$(cat "$claim" 2>/dev/null || :)
        [ -n "$owner" ] || { sleep 1 && owner=$(cat "$claim" 2>/dev/null || :); }
        if [ -n "$owner" ] && kill -0 "$owner" 2>/dev/null; then
            claim=''
            fail "another run, process $owner, works in $build: wait for it, name another folder with --build-dir DIR,
or remove $build/.claim if that process is something else"
        fi
        rm -f "$claim"
    done
    trap end_all EXIT
    trap 'exit 129' HUP
    trap 'exit 130' INT
    trap 'exit 143' TERM
}
release_build() {
    [ -z "$claim" ] || rm -f "$claim"
    claim=''
}
# However the script ends: nothing that it has begun goes on. What installs packages is not cut off, but waited for.
end_all() {
    [ -z "$shower" ] || kill -s KILL "$shower" 2>/dev/null || :
    if [ -n "$installer" ] && kill -0 "$installer" 2>/dev/null; then
        echo "$name: waits until cmake/setup has installed what it is at" >&2
        wait "$installer" || :
    fi
    release_build
}

# Whether the disk is full on which the build lies, as far as a log says so.
is_full() {
    grep -q -i 'no space left on device' "$1" 2>/dev/null || [ "$(df -P -k "$build" 2>/dev/null | awk 'END { print $4 }')" = 0 ]
}

# Shows on the terminal how far a log has come ("[7/80] ..." or "7/80 Test ..."), as long as the script lives.
show_progress() {
    while kill -0 $$ 2>/dev/null; do
        done_of_all=$(tail -n 1 "$2" | sed -n 's/^ *\[\{0,1\}\([0-9][0-9]*\/[0-9][0-9]*\)[] ].*/\1/p')
        printf '\r%-28s %-12s' "$1" "$done_of_all"
        sleep 0.3
    done
}

# Without a terminal: how far a log has come, each half minute.
report_progress() {
    passed=0
    while sleep 1 >/dev/null 2>&1 && kill -0 $$ 2>/dev/null; do
        [ $((passed += 1)) = 30 ] || continue
        passed=0
        printf '%s ' "$(tail -n 20 "$1" | sed -n 's/^ *\[\{0,1\}\([0-9][0-9]*\/[0-9][0-9]*\)[] ].*/\1/p' | tail -n 1 | grep . || echo ...)"
    done
}

# step "what is done" LOG COMMAND...: runs the command with its output in the log.
step() {
    what=$1 log=$2
    shift 2
    { mkdir -p "${log%/*}" && true >"$log"; } 2>/dev/null ||
        fail "cannot write $log: the disk is full, or it belongs to somebody else; name another folder with --build-dir DIR"
    began=$(date +%s) status=0
    printf '%-28s ' "$what"
    if [ -t 1 ]; then
        show_progress "$what" "$log" &
        shower=$!
    else
        report_progress "$log" &
        shower=$!
    fi
    "$@" >"$log" 2>&1 </dev/null || status=$?
    if [ -n "$shower" ]; then
        kill -s KILL "$shower" # a shell that has just begun may miss another signal
        wait $shower 2>/dev/null || :
        shower=''
        [ ! -t 1 ] || printf '\r%-28s ' "$what"
    fi
    if [ $status = 0 ]; then
        printf '%d s          \n' $(($(date +%s) - began))
    else
        printf 'failed        \n'
    fi
    return $status
}

# must "what is done" LOG COMMAND...: a step that the run cannot go on without.
must() {
    step "$@" && return
    ! is_full "$log" || fail "$what: no space is left in $build; name another folder with --build-dir DIR"
    ! grep -q 'is different than the directory' "$log" ||
        fail "$what: ${log%.configure.log} belongs to another checkout; remove it, or name another folder with --build-dir DIR"
    first=$(grep -n -m 1 -E '^FAILED: |^CMake Error|^ninja: error' "$log" | cut -d : -f 1)
    tail -n "+${first:-1}" "$log" | head -n 60 >&2
    fail "$what failed; the whole log: $log"
}

# configure FOLDER PRESET OPTION...: prepares a build folder from one of cmake/presets.
configure() {
    folder=$1 preset=$2
    shift 2
    must "$preset: configure" "$folder.configure.log" \
        cmake -G Ninja -C "$root/cmake/presets/$preset.cmake" "$@" -S "$root" -B "$folder"
}

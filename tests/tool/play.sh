# For the tests in this folder: . play.sh, with the program as the first argument. Names of links differ from those of other
# runs; what is begun in the background ends with the test.
set -u
program=$1
link=rpmsg-test-$$
folder=$(mktemp -d) || exit 1
end() {
    status=$?
    # shellcheck disable=SC2046
    kill $(jobs -p) 2>/dev/null
    wait 2>/dev/null
    rm -rf "$folder"
    rm -f "/dev/shm/$link"*
    exit $status
}
trap end EXIT
fail() {
    echo "$*" >&2
    exit 1
}

# What nothing should wait for so long.
rpmsg() { timeout 60 "$program" "$@"; }
# until_so COMMAND...: repeats it until it succeeds.
until_so() {
    tries=0
    until "$@" >"$folder/tried" 2>&1; do
        tries=$((tries + 1))
        [ $tries -lt 300 ] || fail "never: $*: $(cat "$folder/tried")"
        sleep 0.1
    done
}
# ends STATUS PID: a command in the background ends with this status.
ends() {
    ended=0
    wait "$2" || ended=$?
    [ "$ended" = "$1" ] || fail "ended with $ended instead of $1"
}
# A serial line: two pseudo terminals, $folder/a and $folder/b.
join_terminals() {
    socat "pty,raw,echo=0,link=$folder/a" "pty,raw,echo=0,link=$folder/b" &
    line=$!
    until_so test -e "$folder/a" -a -e "$folder/b"
}

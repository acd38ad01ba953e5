# shellcheck shell=sh disable=SC2034
# For the tests of the scripts: a folder that is removed at the end, and what a command is to say.
set -u
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
failed() {
    printf '%s\n' "$*" >&2
    exit 1
}

# expect STATUS PATTERN COMMAND...: it ends with the status and says the pattern; what it says is kept in $said.
expect() {
    status=0 expected=$1 pattern=$2
    shift 2
    said=$("$@" 2>&1 </dev/null) || status=$?
    [ "$status" = "$expected" ] || failed "$*: exit status $status instead of $expected: $said"
    case $said in
    *"$pattern"*) ;;
    *) failed "$*: '$said' does not say '$pattern'" ;;
    esac
}
one_line() { [ "$(printf '%s\n' "$said" | wc -l)" = 1 ] || failed "more than one line: $said"; }

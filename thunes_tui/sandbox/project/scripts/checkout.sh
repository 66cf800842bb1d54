# Sourced by the scripts of this folder: the checkout's root and how a check is reported.
# Reads nothing but bash and the `python` of the active virtual environment.

cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
failed=0

section() { printf '\n%s\n' "$1"; }
pass() { printf '✅ %s\n' "$1"; }
warn() { printf '⚠️ %s\n' "$1"; }
fail() { printf '❌ %s\n' "$1"; failed=$((failed + 1)); }

# Run Python from standard input; it prints `PASS text`, `WARN text` or `FAIL text`. Ending badly is a failure too.
python_checks() {
    local output status line
    output=$(python - "$@" 2>&1)
    status=$?
    while IFS= read -r line; do
        case $line in
            'PASS '*) pass "${line#PASS }" ;;
            'WARN '*) warn "${line#WARN }" ;;
            'FAIL '*) fail "${line#FAIL }" ;;
            *) [ "$status" -eq 0 ] || printf '   %s\n' "$line" ;;
        esac
    done <<<"$output"
    [ "$status" -eq 0 ] || fail "The check itself ended with status $status"
}

required_files() {
    local file
    for file in "$@"; do
        if [ -s "$file" ]; then pass "$file"; else fail "$file is missing"; fi
    done
}

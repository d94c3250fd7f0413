#!/bin/sh
# smoke.sh URL [REPORTS]: sends reports twice to collectors, and prints when each is stored once. It needs curl, and in
# USAGE_TOKEN a read token that every collector accepts: see compose.yaml.
set -eu
url=$1
reports=${2:-200}
: "${USAGE_TOKEN:?set USAGE_TOKEN to a read token}"
id() { printf '%08x-%04x-7000-8000-%012x' "$(($1 / 65536))" "$(($1 % 65536))" "$2"; }

# Every smoke test has runs of its own: their ids begin with the time in milliseconds.
began=$(($(date +%s) * 1000))
time=$(date -u +%Y-%m-%dT%H:%M:%SZ)
runs() {
    curl -fsS -H "Authorization: Bearer $USAGE_TOKEN" "$url/v1/projects/smoke/stats" |
        sed -n 's/.*"runs":{"total":\([0-9]*\).*/\1/p'
}
before=$(runs)
n=0
while [ "$n" -lt "$reports" ]; do
    n=$((n + 1))
    report=$(printf '{"protocol":1,"project":"smoke","client":{"name":"smoke","version":"1"},"header":{},"events":[{"id":"%s","type":"start","run":"%s","time":"%s"}]}' \
        "$(id "$began" "$((2 * n))")" "$(id "$began" "$((2 * n + 1))")" "$time")
    for _ in 1 2; do
        printf '%s' "$report" | curl -fsS -o /dev/null -H 'Content-Type: application/json' --data-binary @- "$url/v1/reports"
    done
done
waited=0
while [ "$(runs)" -ne "$((before + reports))" ]; do
    waited=$((waited + 1))
    [ "$waited" -lt 60 ] || {
        echo "smoke: $(runs) runs after $waited s, expected $((before + reports))" >&2
        exit 1
    }
    sleep 1
done
echo "smoke: $reports reports sent twice, each stored once, visible after $waited s"

#!/bin/sh
# Restores the dumps of an artifact into a server of its own, which ends with the pod, and asks it the policy's questions.
#   QM_QUERIES (their number)  QM_SQL_n QM_EXPECT_n QM_DATABASE_n (empty: the only one of the artifact)
# shellcheck source=scripts/backup/drill.sh
. "$QM_SCRIPTS/drill.sh"

for program in initdb pg_ctl psql createdb pg_restore; do need "$program"; done
[ "$(id -u)" -ne 0 ] || fail "PostgreSQL does not run as root; take runAsUser out of the image or choose another one"

data="$QM_STAGING/scratch"
rm -rf "$data"
export PGHOST="$work" PGUSER=postgres PGDATABASE=postgres PGCONNECT_TIMEOUT=30
umask 077
run "the scratch server could not be made" \
    initdb --pgdata "$data" --username postgres --auth trust --encoding UTF8 --no-locale --no-sync >"$work/initdb"
# Nothing but this pod reaches it: it has no port, and its socket lies in a folder of this user.
cat >>"$data/postgresql.conf" <<CONF
listen_addresses = ''
unix_socket_directories = '$work'
fsync = off
full_page_writes = off
synchronous_commit = off
shared_buffers = 64MB
max_connections = 20
CONF
stop() { [ ! -f "$data/postmaster.pid" ] || pg_ctl --pgdata "$data" --mode immediate --silent stop >/dev/null 2>&1 || true; }
cleanup() {
    stop
    rm -rf "$data"
}
pg_ctl --pgdata "$data" --log "$work/server.log" --wait --timeout 120 --silent start >/dev/null 2>&1 || {
    cp "$work/server.log" "$work/stderr"
    explain "the scratch server does not start" 1
}

owners=
if [ -f "$artifact/globals.sql" ]; then
    # Some of it can't be: the role postgres is there already, and tablespaces are folders of another host.
    psql -X -q -f "$artifact/globals.sql" >/dev/null 2>"$work/globals.log" || true
else
    owners="--no-owner --no-privileges"
fi

restored=0
only=
for dump in "$artifact"/*.dump; do
    [ -f "$dump" ] || continue
    database=$(basename "$dump" .dump)
    say "restoring $database"
    if [ "$database" != postgres ]; then
        run "the database $database could not be made" createdb --template template0 --encoding UTF8 -- "$database"
    fi
    quoted=$(printf '%s' "$database" | sed -e 's/\\/\\\\/g' -e "s/'/\\\\'/g")
    # shellcheck disable=SC2086 # two words, or none
    run "the dump of $database can't be restored" pg_restore --exit-on-error $owners -d "dbname='$quoted'" "$dump"
    restored=$((restored + 1))
    only=$database
done
[ "$restored" -gt 0 ] || fail "the artifact $stamp holds no dump"
field databases "$restored"

number=0
while [ "$number" -lt "${QM_QUERIES:-0}" ]; do
    number=$((number + 1))
    sql=
    expected=
    eval "sql=\$QM_SQL_$number expected=\$QM_EXPECT_$number database=\${QM_DATABASE_$number:-}"
    if [ -z "$database" ]; then
        [ "$restored" -eq 1 ] || fail "query $number needs a database: the artifact holds $restored of them"
        database=$only
    fi
    quoted=$(printf '%s' "$database" | sed -e 's/\\/\\\\/g' -e "s/'/\\\\'/g")
    answer=$(psql -X -A -t -q -v ON_ERROR_STOP=1 -d "dbname='$quoted'" -c "$sql" 2>"$work/stderr") \
        || explain "query $number could not be answered by the restored $database" $?
    [ "$answer" = "$expected" ] \
        || fail "query $number found \"$(printf '%s' "$answer" | head -c 200)\" in the restored $database, not \"$expected\""
done
field queries "$number"
passed

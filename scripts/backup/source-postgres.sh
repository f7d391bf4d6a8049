#!/bin/sh
# Dumps PostgreSQL databases, one file in the custom format each, and the roles.
#   QM_PG_HOST QM_PG_PORT QM_PG_SSLMODE  QM_PG_DATABASES (one a line; empty: all)  QM_PG_GLOBALS (true or false)
#   credentials: username, password; ca.crt for verify-ca and verify-full
# shellcheck source=scripts/backup/source.sh
. "$QM_SCRIPTS/source.sh"

for program in pg_dump pg_restore pg_dumpall psql; do need "$program"; done

need_key username
need_key password
# libpq refuses a password file that others may read, and the mounted one is readable for the group.
escape() { sed -e 's/\\/\\\\/g' -e 's/:/\\:/g'; }
umask 077
printf '*:*:*:%s:%s\n' "$(credential username | escape)" "$(credential password | escape)" >"$work/pgpass"
umask 027
export PGPASSFILE="$work/pgpass" PGHOST="$QM_PG_HOST" PGPORT="$QM_PG_PORT" PGSSLMODE="$QM_PG_SSLMODE"
export PGCONNECT_TIMEOUT=30 PGAPPNAME="quartermaster/$QM_POLICY"
PGUSER=$(credential username)
export PGUSER
[ ! -f "$QM_CREDENTIALS/ca.crt" ] || export PGSSLROOTCERT="$QM_CREDENTIALS/ca.crt"

if [ -n "${QM_PG_DATABASES:-}" ]; then
    printf '%s\n' "$QM_PG_DATABASES" >"$work/databases"
else
    run "the databases could not be listed" psql -w -X -A -t -d postgres -o "$work/databases" \
        -c "SELECT datname FROM pg_database WHERE datallowconn AND NOT datistemplate ORDER BY datname"
fi

while IFS= read -r database; do
    [ -n "$database" ] || continue
    case $database in */* | .*) fail "database \"$database\" has a name that can be no file; rename it" ;; esac
    say "dumping $database"
    # The name is quoted: otherwise one with an = would be read as a connection string.
    quoted=$(printf '%s' "$database" | sed -e 's/\\/\\\\/g' -e "s/'/\\\\'/g")
    run "database $database could not be dumped" \
        pg_dump -w -Fc --lock-wait-timeout=5min -f "$artifact/$database.part" -d "dbname='$quoted'"
    # --list is content with half a dump; reading all of it is not.
    run "the dump of $database can't be read back" pg_restore -f /dev/null "$artifact/$database.part"
    mv "$artifact/$database.part" "$artifact/$database.dump"
done <"$work/databases"

if [ "${QM_PG_GLOBALS:-true}" = true ]; then
    run "the roles could not be dumped" pg_dumpall -w --globals-only -l postgres -f "$artifact/globals.part"
    tail -n 5 "$artifact/globals.part" | grep -q 'dump complete' || fail "the dump of the roles is cut off"
    mv "$artifact/globals.part" "$artifact/globals.sql"
fi
hand_over

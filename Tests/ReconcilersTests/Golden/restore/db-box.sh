# For a bash of its own, step by step or as a file: the first command that fails ends it.
set -eo pipefail

# 1. Credentials of box, as files that only you can read
umask 077
mkdir -p credentials/box
# Without the cluster: leave out what follows, and put the keys of Secret box there from where you keep
# them, one file each.
kubectl get secret -n shop box -o go-template='{{range $key, $value := .data}}{{$key}}{{"\n"}}{{end}}' |
    while read -r key; do
        kubectl get secret -n shop box -o go-template="{{index .data \"$key\"}}" | base64 -d >"credentials/box/$key"
    done

# 2. Fetch the artifact 20260131T020000Z of db from box
[ ! -f credentials/box/ca.crt ] || export RCLONE_CA_CERT=credentials/box/ca.crt
export RCLONE_CONFIG=credentials/box/rclone.conf
# Only what is listed here is whole:
rclone lsf --files-only --include '*.json' box:/backups/shop.nightly/db
mkdir db-20260131T020000Z && rclone copy box:/backups/shop.nightly/db/20260131T020000Z db-20260131T020000Z

# 3. See that it is what was saved
(cd db-20260131T020000Z && sha256sum --check SHA256SUMS)

# 4. Name the server to restore to: of the same major version or a newer one, and a superuser of it
export PGHOST=pg.data.svc PGPORT=5432 PGUSER=postgres
# The password as a line HOST:PORT:*:postgres:PASSWORD of this file; without it every program asks.
export PGPASSFILE="$PWD/pgpass"

# 5. Roles and tablespaces, without passwords; "already exists" does no harm
grep '^CREATE TABLESPACE' db-20260131T020000Z/globals.sql || true  # of each: an empty folder of the server's user, on its host
sed "s/ PASSWORD '[^']*'//" db-20260131T020000Z/globals.sql >db-20260131T020000Z.roles.sql
psql -X -d template1 -f db-20260131T020000Z.roles.sql

# 6. The databases, as they were: owner, rights, settings, encoding. They must not be there yet: dropdb NAME
failed=
for dump in db-20260131T020000Z/*.dump; do
    options=--create
    # Every server has this one: it is dropped and made anew.
    [ "${dump##*/}" != postgres.dump ] || options="$options --clean --if-exists"
    pg_restore -d template1 $options --exit-on-error --jobs 4 "./$dump" || failed="$failed $dump"
done
[ -z "$failed" ] || (echo "NOT RESTORED:$failed" >&2; exit 1)
vacuumdb --all --analyze-only
# Count the rows of the tables that matter before anything writes to them.

# 7. The passwords of the roles, yours too
[ ! -f db-20260131T020000Z/passwords.sql ] || psql -X -d template1 -v ON_ERROR_STOP=1 -f db-20260131T020000Z/passwords.sql
# In artifacts of former versions they are in globals.sql:
! grep -q " PASSWORD '" db-20260131T020000Z/globals.sql || psql -X -d template1 -f db-20260131T020000Z/globals.sql

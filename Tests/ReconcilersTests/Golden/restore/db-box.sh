# 1. Credentials of box, as files that only you can read
umask 077
mkdir -p credentials/box
# Without the cluster: put the keys of Secret box there from where you keep them, one file each.
kubectl get secret -n shop box -o go-template='{{range $key, $value := .data}}{{$key}}{{"\n"}}{{end}}' |
    while read -r key; do
        kubectl get secret -n shop box -o go-template="{{index .data \"$key\"}}" | base64 -d >"credentials/box/$key"
    done

# 2. Fetch the artifact 20260131T020000Z of db from box
[ ! -f credentials/box/ca.crt ] || export RCLONE_CA_CERT=credentials/box/ca.crt
export RCLONE_CONFIG=credentials/box/rclone.conf
# Only what is listed here is whole:
rclone lsf --files-only --include '*.json' box:/backups/shop.nightly/db
rclone copy box:/backups/shop.nightly/db/20260131T020000Z artifact

# 3. See that it is what was saved
(cd artifact && sha256sum --check SHA256SUMS)

# 4. Name the server to restore to: not older than the one that was dumped, and a superuser of it
export PGHOST=pg.data.svc PGPORT=5432 PGUSER=postgres
# PGPASSFILE=FILE with a line host:port:*:user:password, or psql asks.

# 5. Roles and tablespaces; "already exists" does no harm
psql -X -d postgres -f artifact/globals.sql

# 6. The databases; they must not be there yet
for dump in artifact/*.dump; do
    database=$(basename "$dump" .dump)
    createdb -- "$database"
    pg_restore -d "$database" --exit-on-error --jobs 4 "$dump"
    psql -X -d "$database" -c ANALYZE
done
# Count the rows of the tables that matter before anything writes to them.

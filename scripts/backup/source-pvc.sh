#!/bin/sh
# Archives a volume with tar.
#   QM_DATA (where it is mounted, read-only)  QM_PATHS QM_EXCLUDES (one a line, relative to the volume)
# shellcheck source=scripts/backup/source.sh
. "$QM_SCRIPTS/source.sh"

need tar
tar --version 2>/dev/null | grep -q 'GNU tar' || fail "the image has no GNU tar; choose another one in podTemplate.images"

printf '%s\n' "${QM_PATHS:-}" | sed -e '/^$/d' -e 's|^/*|./|' >"$work/paths"
[ -s "$work/paths" ] || echo . >"$work/paths"
printf '%s\n' "${QM_EXCLUDES:-}" | sed -e '/^$/d' -e 's|^/*|./|' >"$work/excludes"
echo ./lost+found >>"$work/excludes"

status=0
tar --create --file "$artifact/data.part" --directory "$QM_DATA" \
    --one-file-system --numeric-owner --acls --xattrs --sparse --exclude-from "$work/excludes" \
    --verbatim-files-from --files-from "$work/paths" 2>"$work/stderr" || status=$?
cat "$work/stderr" >&2
case $status in
    0) ;;
    1) partial "files changed while they were read: $(head -n 3 "$work/stderr" | tr '\n' ' ')" ;;
    *) explain "the volume could not be archived" "$status" ;;
esac
run "the archive can't be read back" tar --list --file "$artifact/data.part" >"$work/list"
# Folders alone are no data: a volume that was not mounted looks like this.
grep -q '[^/]$' "$work/list" || fail "the volume is empty: there is no file under ${QM_PATHS:-/}"
field entries "$(grep -c . "$work/list")"
mv "$artifact/data.part" "$artifact/data.tar"
hand_over

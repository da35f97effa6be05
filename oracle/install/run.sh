#!/bin/bash
# Runs `bootc install` for the cases of an install.json and records what it did:
#   run.sh CASES.json LAYOUTS OUT [NAME…]
# As root, in a virtual machine that may be thrown away (bootc mounts, partitions and installs boot loaders). It needs bootc
# [BOOTC], skopeo, podman, sfdisk, mkfs.*, bootctl, jq, losetup, and a kernel with fs-verity, ext4, btrfs, xfs, vfat, overlayfs.
# A case has: name, layout, command (to-filesystem | to-disk), source (container | oci), args, target {disk, parts[], mount{}, label}.
# `container`: the layout's image is put into podman's storage and bootc runs inside of it; `oci`: --source-imgref oci:LAYOUT.
# Writes OUT/NAME/{exit,stdout,stderr,table.json,files-N.txt}; files-N.txt has a line per path of partition N:
# type, mode, owner, size, SHA-256, path, target, separated by tabs (what golden/install's `files[]` is made of).
set -euo pipefail
CASES=$1; LAYOUTS=$2; OUT=$3; shift 3
BOOTC=${BOOTC:-bootc}
mkdir -p "$OUT"
field() { jq -r --arg n "$NAME" ".cases[] | select(.name == \$n) | $1" "$CASES"; }

prepare_target() { # a loop device with the partitions that the case names, mounted below /target
  truncate -s "$(field .target.disk)" "$WORK/disk"
  { echo "label: $(field '.target.label // "gpt"')"; field '.target.parts[]? | "size=\(.size // ""), type=\(.type)"'; } | sfdisk -q "$WORK/disk"
  LOOP=$(losetup -fP --show "$WORK/disk")
  local count; count=$(field '.target.parts | length')
  for n in $(seq 1 "$count"); do
    fs=$(field ".target.parts[$((n - 1))].fs // empty"); [ -n "$fs" ] || continue
    # shellcheck disable=SC2046 # options of the case are words
    "mkfs.$fs" $(field ".target.parts[$((n - 1))].mkfs // [] | .[]") "${LOOP}p$n" >/dev/null
  done
  field '.target.mount | to_entries | sort_by(.key) | .[] | "\(.key)\t\(.value)"' | while IFS=$'\t' read -r at n; do
    mkdir -p "/target/$at"; if [ "$n" = 0 ]; then mount "$LOOP" "/target/$at"; else mount "${LOOP}p$n" "/target/$at"; fi
  done
}

install() {
  local layout args
  layout=$LAYOUTS/$(field .layout)
  mapfile -t args < <(field '.args[]')
  if [ "$(field .source)" = oci ]; then
    "$BOOTC" install "$(field .command)" "${args[@]}" --source-imgref "oci:$layout"
  else
    skopeo copy -q "oci:$layout:latest" "containers-storage:localhost/$NAME:latest"
    podman run --rm --privileged --pid=host --security-opt label=disable -v /dev:/dev -v /var/lib/containers:/var/lib/containers \
      -v /target:/target -v "$WORK:/case" "localhost/$NAME:latest" bootc install "$(field .command)" "${args[@]}"
  fi
}

record() {
  [ -n "${LOOP:-}" ] || LOOP=$(losetup -fP --show "$WORK/disk")
  sfdisk --json "$LOOP" > "$DIR/table.json" 2>/dev/null || true
  for part in "$LOOP"p*; do
    [ -b "$part" ] || continue
    mkdir -p "$WORK/look"; mount -o ro "$part" "$WORK/look" 2>/dev/null || continue
    (cd "$WORK/look" && find . -mindepth 1 -path ./composefs/objects/\* -prune -o -printf '%y\t%m\t%U:%G\t%s\t%P\t%l\n' | sort -t$'\t' -k5 |
      while IFS=$'\t' read -r type mode owner size path target; do
        sum=-; [ "$type" = f ] && sum=$(sha256sum < "$path" | cut -d' ' -f1)
        printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$type" "$mode" "$owner" "$size" "$sum" "$path" "$target"
      done) > "$DIR/files-${part##*p}.txt"
    umount "$WORK/look"
  done
}

names() { if [ $# -gt 0 ]; then printf '%s\n' "$@"; else jq -r '.cases[].name' "$CASES"; fi; }
names "$@" | while read -r NAME; do
  WORK=$(mktemp -d); DIR=$OUT/$NAME; LOOP=; mkdir -p "$DIR" /target
  if [ "$(field .command)" = to-disk ]; then truncate -s "$(field .target.disk)" "$WORK/disk"; ln -sf "$WORK" /case; else prepare_target; fi
  status=0; install > "$DIR/stdout" 2> "$DIR/stderr" < /dev/null || status=$?
  echo "$status" > "$DIR/exit"
  umount -R /target 2>/dev/null || true
  record
  [ -z "$LOOP" ] || losetup -d "$LOOP"
  rm -rf "$WORK"
  echo "$NAME: exit $status"
done

#!/bin/bash
# Makes UKIs and asks the real programs about them: make.sh OUT
# Needs ukify (or objcopy and a stub), sbsign, sbverify, osslsigncode, openssl, systemd-measure; each is looked for on PATH
# (systemd-measure also in /usr/lib/systemd). What is missing is said, and its answers are left out.
set -euo pipefail
HERE=$(cd "$(dirname "$0")" && pwd); OUT=$(mkdir -p "$1" && cd "$1" && pwd); cd "$OUT"
STUB=${STUB:-/usr/lib/systemd/boot/efi/linuxx64.efi.stub}
MEASURE=$(command -v systemd-measure || echo /usr/lib/systemd/systemd-measure)
have() { command -v "$1" >/dev/null || { echo "missing: $1" >&2; return 1; }; }

printf 'NAME="Example"\nID=example\nVERSION_ID="12.7"\nPRETTY_NAME="Example 12.7"\n' > osrel
printf '6.12.0-100.example.x86_64' > uname
printf 'sbat,1,SBAT Version,sbat,1,https://github.com/rhboot/shim/blob/main/SBAT.md\nexample,1,Example,uki,1,https://example.org/\n' > sbat
head -c 32768 /dev/zero | tr '\0' 'k' > linux
printf '070701' > initrd
[ -e "$STUB" ] || { echo "no stub at $STUB (package systemd-boot-efi, or STUB=FILE)" >&2; exit 1; }
for digest in "$(printf '%0128d' 0)" "$(printf '%064d' 0)"; do
  printf 'rw composefs=%s' "$digest" > "cmdline-${#digest}"
done
[ -e key.pem ] || openssl req -new -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -subj '/CN=oracle' -days 3650 -sha256 2>/dev/null

# As before ukify: sections appended behind the stub's own, 4096 apart (UAPI.5, "PE sections").
assemble() { # NAME CMDLINE-FILE
  local at next args=() s f
  local size address
  read -r size address < <(objdump -h "$STUB" | awk 'NF==7 {print $3, $4}' | sort -k2 | tail -1)
  at=$(( 16#$address + 16#$size ))
  for s in osrel uname cmdline initrd linux; do # .sbat is the stub's own
    f=$s; [ $s = cmdline ] && f=$2
    next=$(( (at + 4095) / 4096 * 4096 )); args+=(--add-section ".$s=$f" --change-section-vma ".$s=$next")
    at=$(( next + $(stat -c %s "$f") ))
  done
  objcopy "${args[@]}" "$STUB" "$1.efi"
}
for c in cmdline-*; do
  have objcopy && assemble "objcopy-${c#cmdline-}" "$c"
  have ukify && ukify build --stub "$STUB" --linux linux --initrd initrd --cmdline "@$c" --os-release @osrel --uname "$(cat uname)" --sbat @sbat --output "ukify-${c#cmdline-}.efi"
done || true
for f in objcopy-*.efi ukify-*.efi; do
  [ -e "$f" ] || continue
  have sbsign && sbsign --key key.pem --cert cert.pem --output "signed-$f" "$f" 2>/dev/null
done || true

for f in *.efi; do
  {
    echo "== $f"
    objdump -h "$f" | awk 'NF==7 {print $2, $3, $4, $6}'
    have sbverify && { sbverify --cert cert.pem "$f" 2>&1 || true; }
    have osslsigncode && { osslsigncode verify -CAfile cert.pem -in "$f" 2>&1 | grep -E 'Signature verification|Message digest|hash' || true; }
    if [ -x "$MEASURE" ]; then
      args=(); for s in linux osrel cmdline initrd uname sbat; do objcopy -O binary --only-section=".$s" "$f" "section.$s" 2>/dev/null && [ -s "section.$s" ] && args+=("--$s=section.$s"); done
      "$MEASURE" calculate --bank=sha256 "${args[@]}" 2>/dev/null || true
    fi
  } > "${f%.efi}.txt"
  node "$HERE/../../dist/cli/sealscope.js" uki "$f" --json > "${f%.efi}.sealscope.json" 2>/dev/null || true
done
rm -f section.*
ls "$OUT"

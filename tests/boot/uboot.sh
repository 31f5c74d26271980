#!/bin/bash
# uboot.sh TRAPEZE U-BOOT answers|digest on|off (virtualization) [GIC CPUS]
set -euo pipefail
trapeze=$1 uboot=$2 what=$3 el2=$4 gic=${5:-2} cpus=${6:-1}
[ -e "$uboot" ] || { echo "$uboot is missing: install u-boot-qemu"; exit 1; }

boot() {
  "$trapeze" -M "virt,virtualization=$el2,gic-version=$gic" -smp "$cpus" -cpu cortex-a72 -m 512M -nographic -bios "$uboot" \
    --input-after 'Hit any key' --input ' ' --max-insns 2000000000 "$@" </dev/null
}

answers() {
  local line arguments=() out
  for line in version bdinfo 'md 0x40000000 8' poweroff; do
    arguments+=(--input-after '=> ' --input "$line"$'\n')
  done
  out=$(boot "${arguments[@]}")
  for line in 'U-Boot 20' 'GNU Binutils for Debian' 'size     = 0x0000000020000000' '40000000: edfe0dd0' 'poweroff ...'; do
    grep -qF -- "$line" <<<"$out" || { echo "not printed: $line"; echo "$out"; exit 1; }
  done
}

digest_of() {
  local said
  said=$(boot --input-after '=> ' --input "$1"$'\n' --max-insns 50000000 --digest "${@:2}" 2>&1 >/dev/null) || [ $? = 3 ]
  grep '^digest ' <<<"$said"
}

digest() {
  local plain traced other
  plain=$(digest_of version) traced=$(digest_of version --trace /dev/null --trace-events exc,irq,note) other=$(digest_of versiom)
  [ "$plain" = "$traced" ] || { echo "a trace changes the digest: $plain $traced"; exit 1; }
  [ "$plain" != "$other" ] || { echo "another input does not change the digest"; exit 1; }
}

"$what"

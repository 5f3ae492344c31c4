#!/bin/sh
# A meter that is certified, signs a reading of the last quarter of an hour, and is asked to curtail: run.sh PROGRAMS.
# PROGRAMS is the folder of the built meter; everybody's files go to a folder that is forgotten.
set -eu

if [ $# -ne 1 ]; then
  echo "usage: run.sh PROGRAMS" >&2
  exit 2
fi
meter=$1/meter
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
home=$work/home
mkdir "$home"

say() {
  printf '\n%s\n' "-- $*"
}

# That a program refuses for a reason: refuses WHY COMMAND...
refuses() {
  why=$1
  shift
  status=0
  said=$("$@" 2>&1) || status=$?
  echo "$said"
  if [ "$status: $said" != "3: refused: $why" ]; then
    echo "this was not refused as it should be: $why" >&2
    exit 1
  fi
}

# Changes the last byte of a file.
tamper() {
  last=$(tail -c 1 "$1" | od -An -tu1 | tr -d " ")
  printf '%b' "\\0$(printf '%03o' $((last ^ 1)))" |
    dd of="$1" bs=1 seek=$(($(wc -c <"$1") - 1)) conv=notrunc 2>/dev/null
}

say "A manufacturer and the owner certify the meter."
"$meter" certify "$home" north 10000 "$work/maker.key" "$work/owner.key"

say "It signs what its registers stood at, at the end of the last quarter of an hour, once."
"$meter" sign "$home" 1200 3400 "$work/reading"
"$meter" check "$home" "$work/reading"
status=0
"$meter" sign "$home" 1200 3500 "$work/again" || status=$?
if [ "$status" -eq 0 ]; then
  # The quarter of an hour has just ended: then the second is one of the next.
  "$meter" check "$home" "$work/reading" "$work/again"
elif [ "$status" -ne 3 ]; then
  exit 1
fi

say "Somebody changes the reading's last byte."
cp "$work/reading" "$work/tampered"
tamper "$work/tampered"
refuses signature "$meter" check "$home" "$work/tampered"

say "A grid operator asks the area for no more than 500 W. The owner does not trust it yet, then does."
"$meter" command "$work/dso.key" 1 north 500 "$work/command"
refuses untrusted "$meter" obey "$home" "$work/command"
"$meter" trust "$home" "$work/dso.key"
"$meter" obey "$home" "$work/command" | grep "^asked: curtail 500 W$"
refuses replayed "$meter" obey "$home" "$work/command"

say "The owner says otherwise."
"$meter" override "$home" | grep "^nothing is asked$"

say "Done."

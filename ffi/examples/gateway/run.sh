#!/bin/sh
# A reading on its way from a meter to who wants it, over two gateways: run.sh PROGRAMS [WORK]. PROGRAMS is the folder
# of the built sender, gateway and receiver; WORK is where everybody's files go, a folder that is forgotten unless it is
# named. With the same WORK again another bundle is sent, from the same pool.
set -eu

if [ $# -lt 1 ] || [ $# -gt 2 ]; then
  echo "usage: run.sh PROGRAMS [WORK]" >&2
  exit 2
fi
programs=$1
if [ $# -eq 2 ]; then
  work=$2
else
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  trap 'exit 1' HUP INT TERM
fi

say() {
  printf '\n%s\n' "-- $*"
}

# Everybody has a home that nobody else looks into. What they share is the ledger, and the air that datagrams go
# through.
meter=$work/meter street=$work/street roof=$work/roof receiver=$work/receiver ledger=$work/ledger air=$work/air
mkdir -p "$meter" "$street" "$roof" "$receiver" "$ledger" "$air"
rm -f "$air"/* "$receiver/claim"

say "The receiver tells its keys; two gateways register."
"$programs/receiver" announce "$receiver" "$air/contact"
"$programs/gateway" register "$street" "$ledger"
"$programs/gateway" register "$roof" "$ledger"

say "The meter's owner issues a token for a reading."
date '+%Y-%m-%d %H:%M:%S: 1234 Wh' >"$meter/reading"
"$programs/sender" send "$meter" "$ledger" "$air/contact" "$meter/reading" "$air/1-sent"

say "Somebody changes the reading's last byte: no gateway takes that."
cp "$air/1-sent" "$air/tampered"
last=$(tail -c 1 "$air/tampered" | od -An -tu1 | tr -d " ")
printf '%b' "\\0$(printf '%03o' $((last ^ 1)))" |
  dd of="$air/tampered" bs=1 seek=$(($(wc -c <"$air/tampered") - 1)) conv=notrunc 2>/dev/null
status=0
said=$("$programs/gateway" take "$street" "$air/tampered" "$air/candidate" 2>&1) || status=$?
echo "$said"
if [ "$status: $said" != "3: refused: content" ] || [ -e "$air/candidate" ]; then
  echo "the changed datagram was not refused as it should be" >&2
  exit 1
fi

say "The gateway in the street takes the true one, and is handed it."
"$programs/gateway" take "$street" "$air/1-sent" "$air/candidate"
"$programs/sender" hand-over "$meter" "$air/1-sent" "$air/candidate" "$air/2-street"

say "It leaves the datagram with a bearer element, and the gateway on the roof joins by that."
"$programs/gateway" offer "$street" "$air/2-street" "$air/3-left"
"$programs/gateway" join "$roof" "$air/3-left" "$air/4-roof"

say "The gateway on the roof delivers."
"$programs/gateway" deliver "$roof" "$air/4-roof" "$air/5-delivered"

say "The receiver settles: who is paid what."
"$programs/receiver" settle "$receiver" "$ledger" "$air/5-delivered" "$receiver/reading" "$receiver/claim"
cmp "$meter/reading" "$receiver/reading"

say "Done: the reading arrived as it was sent, and the claim has $(($(wc -c <"$receiver/claim"))) bytes."

//! What stands below the options of each command's help. Tests run every line that begins with `gridnet`.

pub(crate) mod tx;
pub(crate) mod wallet;

/// Below `gridnet`.
pub(crate) const PROGRAM: &str = "\
Examples:
  A chain of your own, for a moment, and what is on it then:
    gridnet mine --blocks 3 --data-dir data --rpc 127.0.0.1:0
    gridnet chain list --data-dir data

  What computes here, and how fast:
    gridnet devices
    gridnet bench --seconds 0.2

With --json a command prints one JSON object on standard output and nothing
else there; progress and messages go to standard error.

Exit codes: 0 done and good, 1 something is bad, 2 bad arguments, 3 not found
in range, 130 interrupted (what was covered is printed).";

/// Below `gridnet mine`.
pub(crate) const MINE: &str = "\
Runs a node, on regtest unless told otherwise, that mines until Ctrl-C; the next
time it goes on where it was. The programs that ask a node can ask this one.

With any argument about a header it searches bytes 76..80 of an 80-byte header
for the lowest nonces under which its hash, read little-endian, is at most the
target. It exits with 3 when there are none.

Examples:
  Three blocks of a chain of your own, to be asked at any free port:
    gridnet mine --blocks 3 --data-dir mine --rpc 127.0.0.1:0

  The header of Bitcoin's first block, some two billion hashes:
    gridnet mine --header genesis

  A part of the nonces, for a program to read:
    gridnet mine --start 2083000000 --end 2084000000 --json

  The three lowest nonces under an easier target, with another function:
    gridnet mine --algorithm blake2s --limit 3 --target \\
      00000fffffffffffffffffffffffffffffffffffffffffffffffffffffffffff";

/// Below `gridnet node`.
pub(crate) const NODE: &str = "\
Keeps a chain, checks what is sent to it, answers those who ask. Ctrl-C or
SIGTERM stops it cleanly, a second one at once. docs/node.md says the rest.

Exit codes: 0 stopped, 1 stopped by itself (it says why), 2 bad arguments,
configuration or data directory.

Examples:
  For a second, on any free port:
    gridnet node --data-dir run --rpc 127.0.0.1:0 > log & \\
      sleep 1; kill $!; wait $!

  What there is, looked at:
    gridnet node check --data-dir data";

/// Below `gridnet node check`.
pub(crate) const CHECK_NODE: &str = "\
Each page of the file, each block, each index, each row against the root, all
money. Changes nothing, and exits with 1 when something is not as it should be.

Examples:
    gridnet node check --data-dir data --json";

/// Below `gridnet node reindex`.
pub(crate) const REINDEX: &str = "\
Everything that follows from the blocks is computed again. Transactions that wait
are not taken over, and the old database is kept beside the new one.

Examples:
    gridnet node reindex --data-dir data";

/// Below `gridnet verify`.
pub(crate) const VERIFY: &str = "\
Examples:
  A file of Bitcoin's headers from a height that 2016 divides:
    gridnet verify headers headers.bin

  A table of transit pools:
    gridnet verify transit pools.parquet";

/// Below `gridnet verify headers`.
pub(crate) const VERIFY_HEADERS: &str = "\
The file is bare 80-byte headers, one after the other. Exits with 1 when one is
bad, and names the first.

Reasons: bad-link (does not name the header before), bad-target (bits encode no
target, or one above the limit), bad-bits (not what the rule gives), high-hash
(not enough work).

Examples:
  Bitcoin's headers from a height that 2016 divides:
    gridnet verify headers headers.bin

  From any other height, where the rule cannot be applied:
    gridnet verify headers headers.bin --retarget none

  Another chain's rule, from a pipe:
    cat headers.bin | gridnet verify headers - --json \\
      --retarget asert --spacing 600 --half-life 172800";

/// Below `gridnet identity`.
pub(crate) const IDENTITY: &str = "\
Examples:
  Prove an address at the cost of about a million hashes:
    gridnet identity mint --target-bits 20 --address \\
      6d6f7265206c69676874206d6f7265206c69676874206d6f7265206c69676874";

/// Below `gridnet identity mint`.
pub(crate) const MINT: &str = "\
Searches a nonce under which BLAKE2b-256 of the address and the nonce is at most
2^(256 - target bits) - 1. When the nonces run out the address is appended to
itself and the search begins anew.

Examples:
  About a million hashes:
    gridnet identity mint --target-bits 20 --address \\
      6d6f7265206c69676874206d6f7265206c69676874206d6f7265206c69676874

  So few nonces that the address is repeated:
    gridnet identity mint --target-bits 12 --nonce-bits 8 --json --address \\
      6d6f7265206c69676874206d6f7265206c69676874206d6f7265206c69676874";

/// Below `gridnet identity verify`.
pub(crate) const VERIFY_IDENTITY: &str = "\
Exits with 1 when the proof is bad, and says why.

Reasons: bad-repetitions (none, or more than anyone hashes), high-hash (not
enough work).

Examples:
  What `gridnet identity mint --target-bits 20` finds for this address:
    gridnet identity verify --target-bits 20 --repetitions 1 --nonce 1123380 \\
      --address 6d6f7265206c69676874206d6f7265206c69676874206d6f7265206c69676874";

/// Below `gridnet walk`.
pub(crate) const WALK: &str = "\
Prints where the value ends, each step being the hash of the one before. With
--expect, exits with 1 when it ends elsewhere.

Examples:
  A million steps:
    gridnet walk --algorithm blake2s --steps 1000000 --start \\
      6d6f7265206c69676874206d6f7265206c69676874206d6f7265206c69676874";

/// Below `gridnet digest`.
pub(crate) const DIGEST: &str = "\
Prints one digest for each message, in order. Messages may differ in length.

Examples:
  Of \"abc\", and of nothing:
    gridnet digest --algorithm sha256 616263 \"\"

  With a personalisation:
    gridnet digest --algorithm blake2s --personal GN-hop__ 616263

  Of as many as you like:
    printf '616263\\n00\\n' | gridnet digest --algorithm blake2b -";

/// Below `gridnet bench`.
pub(crate) const BENCH: &str = "\
One row for each primitive and hash function, and one for signatures; a report
has some more. A search counts candidates, a walk steps, a digest messages of 80
bytes; verify counts good signatures, all of different keys, of messages of 128
bytes. The checksum is that of a fixed amount of
work: it must be the same on every path and every machine.

Examples:
  Everything, in a few seconds:
    gridnet bench --seconds 0.2

  Signatures only:
    gridnet bench --seconds 0.2 --primitive verify

  What the plainest code does on one core, for a program to read:
    gridnet bench --seconds 0.05 --simd portable --threads 1 --json

  A graphics processor in detail: kernels, how near they are to what the card
  can do, the time of dispatches and of starting, watts:
    gridnet bench --device gpu --seconds 0.2 --report report.json";

/// Below `gridnet devices`.
pub(crate) const DEVICES: &str = "\
Every path that serves is tested before it is listed.

Examples:
    gridnet devices
    gridnet devices --json";

/// Below `gridnet reproduce`.
pub(crate) const REPRODUCE: &str = "\
Every answer of a graphics processor is checked, whole or in part. When one is
wrong the answer you get is the right one all the same, and what is needed to
see the wrong one again is written to a file, whose name is printed then. Send
that file along when you report a faulty card or driver.

Exits with 1 when the device is wrong again.

Examples:
  On a graphics processor of this machine, ten times:
    gridnet reproduce disagreement.json --device gpu --times 10";

/// Below `gridnet completions`.
pub(crate) const COMPLETIONS: &str = "\
Examples:
  Write them to a file, and put that where your shell looks for completions:
    gridnet completions bash > gridnet.bash
    gridnet completions zsh > _gridnet
    gridnet completions fish > gridnet.fish";

/// Below `gridnet verify transit`.
pub(crate) const VERIFY_TRANSIT: &str = "\
Each row is a claimed transit pool with what the ledger holds of its token pool
and bank; docs/tables.md lists the columns. Rows are judged in their order, each
on what the valid ones before it left of its bank. Exits with 1 when one is bad.

Reasons, in the order in which they are looked for: shape, bad-key, network,
pool, bank, stale, expiry, owner-signature, receiver-binding, custody,
last-hand-over, receiver-signature, walk, fee. docs/reasons.md explains them.

Examples:
  Some that are all good, made up for a try:
    gridnet transit generate --count 200 --bad-share 0 --out good.parquet
    gridnet verify transit good.parquet

  Verdicts and payouts in a table, and how much faster than a plain loop:
    gridnet verify transit pools.parquet --out verdicts.parquet --compare 20";

/// Below `gridnet verify chains`.
pub(crate) const VERIFY_CHAINS: &str = "\
Each row is a hash chain: function (0 blake2s, 1 sha256), start, steps, end.
Exits with 1 when one is bad.

Reasons: shape (the row does not decode), walk (it ends elsewhere).

Examples:
    gridnet verify chains chains.parquet --out verdicts.parquet";

/// Below `gridnet verify identities`.
pub(crate) const VERIFY_IDENTITIES: &str = "\
Each row is an identity: address, repetitions, nonce, and what else the ledger
knows of it. Exits with 1 when a proof is bad.

Reasons: shape (the row does not decode), bad-repetitions (none, or more than
the network hashes), high-hash (not enough work).

Examples:
    gridnet verify identities identities.parquet --network regtest";

/// Below `gridnet verify signatures`.
pub(crate) const VERIFY_SIGNATURES: &str = "\
Each row is an Ed25519 signature: key (32 bytes), message (4096 at most),
signature (64 bytes). Messages may differ in length. What is good is said by
ZIP-215. Exits with 1 when one is bad.

Reasons: shape (the row does not decode), bad-key (the key is no point),
bad-point (the signature's first half is none), bad-scalar (its second half is
too large), bad-signature (it is not this key's of this message).

Examples:
  Verdicts in a table, and how much faster than one by one:
    gridnet verify signatures signatures.parquet --out verdicts.parquet \\
      --compare 100";

/// Below `gridnet token-pool`.
pub(crate) const TOKEN_POOL: &str = "\
A token pool is a deposit that pays strangers for carrying data: hash chains
whose words are revealed one after the other.

Examples:
  A pool, a receiver, and a token for it:
    gridnet token-pool create --banks 8 --length 1000 --value 5000 \\
      --expiry 20000 --network regtest --out my.pool
    gridnet receiver create --network regtest --out bob.receiver
    gridnet token-pool token --pool my.pool --depth 10 \\
      --receiver bob.receiver --out first.token
    gridnet token-pool inspect my.pool";

/// Below `gridnet token-pool create`.
pub(crate) const CREATE_POOL: &str = "\
Draws an owner's key, or takes a wallet's, proves the owner's address by work,
computes all chains on the CPU, twice, and writes everything to one file. Keep
that file safe, and use an old copy of it only through `token-pool restore`:
hashes that are handed out twice cost the owner its stake. What is to be
registered stands in the answer; `gridnet tx register-pool` registers it.

Examples:
    gridnet token-pool create --banks 4 --length 100 --value 100000 \\
      --expiry 20000 --network regtest --out other.pool --json

  Of a wallet's account, whose next transaction registers it:
    gridnet token-pool create --banks 2 --length 100 --value 100000 \\
      --expiry 20000 --network regtest --sequence 7 --out owned.pool \\
      --wallet my.wallet";

/// Below `gridnet token-pool token`.
pub(crate) const ISSUE_TOKEN: &str = "\
The pool's file is rewritten before the token is: what was handed out once is
never handed out again, whatever happens in between.

Examples:
  Further down in the session with the same receiver:
    gridnet token-pool token --pool my.pool --depth 25 \\
      --receiver bob.receiver --out second.token";

/// Below `gridnet token-pool restore`.
pub(crate) const RESTORE_POOL: &str = "\
An old copy does not know what was issued since, and hashes that are issued twice
cost the owner its stake. So banks are closed for good: those below the number
you give, and those that the copy says were used. What was used stands in the
ledger, and with your receivers; when in doubt, give the number of banks.

Examples:
    gridnet token-pool restore my.pool --first-unused 3 --out restored.pool";

/// Below `gridnet token-pool inspect`.
pub(crate) const INSPECT_POOL: &str = "\
Examples:
    gridnet token-pool inspect my.pool --json";

/// Below `gridnet receiver`.
pub(crate) const RECEIVER: &str = "\
Examples:
    gridnet receiver create --network regtest --out ann.receiver";

/// Below `gridnet story`.
pub(crate) const STORY: &str = "\
A dozen people and two meters on a network of their own: identities are minted,
data carried and paid for, energy sold and settled, a cheater caught, a meter
marked, a receipt verified. All of it happens, on a chain in memory, and nothing
is written. Keys are drawn from names, so the figures are the same each time.

Examples:
    gridnet story
    gridnet story --json";

/// Below `gridnet receiver create`.
pub(crate) const CREATE_RECEIVER: &str = "\
Senders need the public file. Of the two secrets beside it, .key signs for what
arrives, and .seal opens the seals of those who carried it. The C++ and Python
libraries read both.

Examples:
    gridnet receiver create --network regtest --out eve.receiver --json";

/// Below `gridnet receipt`.
pub(crate) const RECEIPT: &str = "\
A receipt shows, to somebody with nothing else, who sold how much energy to whom
and what the ledger paid for it.

Examples:
    gridnet receipt verify sale.receipt --network regtest --time 2000000000";

/// Below `gridnet receipt verify`.
pub(crate) const VERIFY_RECEIPT: &str = "\
Nobody is asked: a receipt carries headers, the ledger's rows about a contract,
its two meters and their owners, and what authorities say of those. Exits with 1
when it does not show what it says, or when you would not take it.

Reasons: network, start, bad-bits, time-too-old, time-too-new, bad-link,
high-hash, height, branch, shallow, row, unknown, forged, unsettled, reading,
authorities: it shows nothing. proven (a meter or an owner did wrong), marked (an
authority of yours says so), unsaid (it says nothing of one of yours): it shows
what it says, and you would not take it. docs/reasons.md explains them.

Ids of blocks are written as explorers print them. Without --checkpoint headers
show work only: whoever spends less work than the network can make such a chain.

Examples:
  On a network of one's own, where any time can be the present one:
    gridnet receipt verify sale.receipt --network regtest --time 2000000000

  For a program to read; from two blocks on top on:
    gridnet receipt verify sale.receipt --network regtest --time 2000000000 \\
      --depth 2 --json";

/// Below `gridnet transit`.
pub(crate) const TRANSIT: &str = "\
Examples:
  A hundred transit pools, five of them bad:
    gridnet transit generate --count 100 --bad-share 0.05 --out some.parquet";

/// Below `gridnet transit generate`.
pub(crate) const GENERATE: &str = "\
The same seed gives the same transit pools everywhere. They belong to a made-up
ledger on regtest, whose identities go to NAME.identities.parquet beside. The
answer says which are bad, and why.

Examples:
  A thousand with three hops, a hundredth of them bad:
    gridnet transit generate --count 1000 --hops 3 --length 100 \\
      --bad-share 0.01 --seed 7 --out thousand.parquet --json";

/// Below `gridnet config`.
pub(crate) const CONFIG: &str = "\
Examples:
  What a node would be told, and by whom:
    gridnet config show";

/// Below `gridnet config show`.
pub(crate) const SHOW_CONFIG: &str = "\
Flags come before variables, those before the file, that before defaults. The
variable of a key is GRIDNET_ and the key in capitals: GRIDNET_RPC_LISTEN is
rpc.listen, and GRIDNET_CONFIG names the file. What is shown can be such a file.
docs/node.md lists all keys.

Examples:
  Of a node on the test network that mines half of the time:
    gridnet config show --network test --mine --duty 50

  From the environment, for a program to read:
    GRIDNET_LOG_LEVEL=debug gridnet config show --json";

/// Below `gridnet chain`.
pub(crate) const CHAIN: &str = "\
A node that runs is asked; otherwise its data directory is read. With --rpc the
node there is asked, whatever there is.

Examples:
  The last blocks of a chain of one's own, and the first of them in full:
    gridnet chain list --data-dir data
    gridnet chain show 0 --data-dir data";

/// Below `gridnet chain list`.
pub(crate) const LIST_BLOCKS: &str = "\
Ids and addresses are shortened; --json has them whole, and fees in units, of
which 100,000,000 are a GNC.

Examples:
    gridnet chain list --last 5 --data-dir data
    gridnet chain list --last 100 --to 3 --json --data-dir data";

/// Below `gridnet chain show`.
pub(crate) const SHOW: &str = "\
Amounts are in units, of which 100,000,000 are a GNC.

Examples:
  A block by its height, and an account:
    gridnet chain show 2 --data-dir data
    gridnet chain show --data-dir data \\
      rgrid1kuk5hlmf0g9sxnrtutn4ym89vl870skz9v5xs4g5rclwal6ansasqgh3wn";

/// Below `gridnet chain chart`.
pub(crate) const CHART: &str = "\
The picture is an SVG, which every browser shows. Hash rates are estimated: the
work of some blocks by the time that they took.

Examples:
    gridnet chain chart --last 500 --out blocks.svg --data-dir data";

/// Below `gridnet export`.
pub(crate) const EXPORT: &str = "\
Five Parquet files: blocks, transactions, claims with what they paid, readings,
contracts. docs/tables.md lists the columns. Money is in whole units. The node
must not run. The ledger is computed anew on the way, from the first block on,
whatever is wanted of it.

Examples:
    gridnet export --parquet tables --data-dir data
    gridnet export --parquet tables --from 1 --to 2 --json --data-dir data";
/// Below `gridnet rpc`.
pub(crate) const RPC: &str = "\
Prints what the node answers: text as it is, everything else as JSON. Exits with
1 when the node says no. The cookie in its data folder lets you in; it is sent
to this machine only, unless you name it.

Examples:
    gridnet rpc getblockcount
    gridnet rpc getblockhash 0
    gridnet rpc ledger.account --json \\
      rgrid1d4hhyefqd35kw6r5ypkk7un9ypkxjemgwssx6mmjv5sxc6t8dp6qsehvzx";

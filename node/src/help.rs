//! What stands below the options of each command's help. Tests run every line that begins with `gridnet`.

/// Below `gridnet`.
pub(crate) const PROGRAM: &str = "\
Examples:
  Mine the header of Bitcoin's first block:
    gridnet mine

  What computes here, and how fast:
    gridnet devices
    gridnet bench --seconds 0.2

With --json a command prints one JSON object on standard output and nothing
else there; progress and messages go to standard error.

Exit codes: 0 done and good, 1 something is bad, 2 bad arguments, 3 not found
in range, 130 interrupted (what was covered is printed).";

/// Below `gridnet mine`.
pub(crate) const MINE: &str = "\
Searches bytes 76..80 of an 80-byte header for the lowest nonces under which its
hash, read little-endian, is at most the target. Exits with 3 when there are
none.

Examples:
  The header of Bitcoin's first block, some two billion hashes:
    gridnet mine

  A part of the nonces, for a program to read:
    gridnet mine --start 2083000000 --end 2084000000 --json

  The three lowest nonces under an easier target, with another function:
    gridnet mine --algorithm blake2s --limit 3 --target \\
      00000fffffffffffffffffffffffffffffffffffffffffffffffffffffffffff";

/// Below `gridnet verify`.
pub(crate) const VERIFY: &str = "\
Examples:
  A file of Bitcoin's headers from a height that 2016 divides:
    gridnet verify headers headers.bin";

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
One row for each primitive and hash function; a report has some more. A search counts candidates, a walk
steps, a digest messages of 80 bytes. The checksum is that of a fixed amount of
work: it must be the same on every path and every machine.

Examples:
  Everything, in a few seconds:
    gridnet bench --seconds 0.2

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

//! What stands below the options of the commands about transactions.

/// Below `gridnet tx`.
pub(crate) const TX: &str = "\
Each command signs one transaction by an account of a wallet, and sends it to
a node, which takes it or says why not. --dry-run shows it instead; with
--sequence too, no node is asked at all.

Examples:
    gridnet tx transfer --wallet my.wallet --amount 12.5 --to \\
      rgrid1d4hhyefqd35kw6r5ypkk7un9ypkxjemgwssx6mmjv5sxc6t8dp6qsehvzx";

/// Below `gridnet tx transfer`.
pub(crate) const TRANSFER: &str = "\
Examples:
    gridnet tx transfer --wallet my.wallet --amount 12.5 --to \\
      rgrid1d4hhyefqd35kw6r5ypkk7un9ypkxjemgwssx6mmjv5sxc6t8dp6qsehvzx

  Signed where no node is, and sent from elsewhere:
    gridnet tx transfer --wallet my.wallet --amount 0.00000001 \\
      --sequence 7 --dry-run --json --to \\
      rgrid1d4hhyefqd35kw6r5ypkk7un9ypkxjemgwssx6mmjv5sxc6t8dp6qsehvzx";

/// Below `gridnet tx register-identity`.
pub(crate) const REGISTER_IDENTITY: &str = "\
Searches the proof of stake of the address first, on the devices there are, if
it is not given. With --free the proof is the price: nobody signs or pays, and
a block takes a few of those only.

Examples:
    gridnet tx register-identity --wallet my.wallet --stake 100
    gridnet tx register-identity --wallet my.wallet --free";

/// Below `gridnet tx add-stake`.
pub(crate) const ADD_STAKE: &str = "\
Examples:
    gridnet tx add-stake --wallet my.wallet --amount 100";

/// Below `gridnet tx withdraw-stake`.
pub(crate) const WITHDRAW_STAKE: &str = "\
It counts no more from then on, comes back after the network's notice, and can
be lost until then.

Examples:
    gridnet tx withdraw-stake --wallet my.wallet --amount 100";

/// Below `gridnet tx register-pool`.
pub(crate) const REGISTER_POOL: &str = "\
The account must be the pool's owner, and its next sequence that of the pool:
`gridnet token-pool create --wallet` makes such a pool. The deposit is all
hashes' worth.

Examples:
    gridnet tx register-pool --wallet my.wallet --pool owned.pool";

/// Below `gridnet tx reclaim-pool`.
pub(crate) const RECLAIM_POOL: &str = "\
Examples:
    gridnet tx reclaim-pool --wallet my.wallet \\
      --pool 6d6f7265206c69676874206d6f7265206c69676874206d6f7265206c69676874";

/// Below `gridnet tx commit-fraud`.
pub(crate) const COMMIT_FRAUD: &str = "\
Commit first, and prove in a later block: whoever committed in time is rewarded.

Examples:
    gridnet tx commit-fraud --wallet my.wallet --proof fraud.proof";

/// Below `gridnet tx prove-fraud`.
pub(crate) const PROVE_FRAUD: &str = "\
Examples:
    gridnet tx prove-fraud --wallet my.wallet --proof fraud.proof";

/// Below `gridnet tx register-certifier`.
pub(crate) const REGISTER_CERTIFIER: &str = "\
Examples:
    gridnet tx register-certifier --wallet my.wallet";

/// Below `gridnet tx register-meter`.
pub(crate) const REGISTER_METER: &str = "\
Examples:
    gridnet tx register-meter --wallet my.wallet \\
      --certificate meter.certificate";

/// Below `gridnet tx read`.
pub(crate) const READ: &str = "\
Each meter's readings in their order.

Examples:
    gridnet tx read --wallet my.wallet meter.reading";

/// Below `gridnet tx prove-equivocation`.
pub(crate) const PROVE_EQUIVOCATION: &str = "\
Examples:
    gridnet tx prove-equivocation --wallet my.wallet --proof meter.proof";

/// Below `gridnet tx open-subvention`.
pub(crate) const OPEN_SUBVENTION: &str = "\
Examples:
  A thousand GNC for what green meters of two certifiers export:
    gridnet tx open-subvention --wallet my.wallet --budget 1000 --rate 0.05 \\
      --source green --expiry 90000 --net \\
      --certifier \\
      d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a \\
      --certifier \\
      3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c";

/// Below `gridnet tx credit-subvention`.
pub(crate) const CREDIT_SUBVENTION: &str = "\
Examples:
    gridnet tx credit-subvention --wallet my.wallet \\
      --subvention \\
      6d6f7265206c69676874206d6f7265206c69676874206d6f7265206c69676874 \\
      --meter d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";

/// Below `gridnet tx close-subvention`.
pub(crate) const CLOSE_SUBVENTION: &str = "\
Examples:
    gridnet tx close-subvention --wallet my.wallet \\
      --subvention \\
      6d6f7265206c69676874206d6f7265206c69676874206d6f7265206c69676874";

/// Below `gridnet tx register-authority`.
pub(crate) const REGISTER_AUTHORITY: &str = "\
Examples:
    gridnet tx register-authority --wallet my.wallet";

/// Below `gridnet tx mark`.
pub(crate) const MARK: &str = "\
Examples:
    gridnet tx mark --wallet my.wallet --reason 'seal broken' \\
      --effective 5000 \\
      --meter 6d6f7265206c69676874206d6f7265206c69676874206d6f7265206c69676874";

/// Below `gridnet tx unmark`.
pub(crate) const UNMARK: &str = "\
Examples:
    gridnet tx unmark --wallet my.wallet --identity \\
      rgrid1d4hhyefqd35kw6r5ypkk7un9ypkxjemgwssx6mmjv5sxc6t8dp6qsehvzx";

/// Below `gridnet tx open-contract`.
pub(crate) const OPEN_CONTRACT: &str = "\
The buyer's account gives the deposit, whoever sends this.

Examples:
    gridnet tx open-contract --wallet my.wallet --contract signed.contract";

/// Below `gridnet tx close-contract`.
pub(crate) const CLOSE_CONTRACT: &str = "\
Give the newest state there is: whoever knows a newer one takes your bond.

Examples:
    gridnet tx close-contract --wallet my.wallet --state signed.state \\
      --reading meter.reading --contract \\
      6d6f7265206c69676874206d6f7265206c69676874206d6f7265206c69676874";

/// Below `gridnet tx answer-contract`.
pub(crate) const ANSWER_CONTRACT: &str = "\
Examples:
    gridnet tx answer-contract --wallet my.wallet --state signed.state";

/// Below `gridnet tx end-contract`.
pub(crate) const END_CONTRACT: &str = "\
Examples:
    gridnet tx end-contract --wallet my.wallet --state final.state";

/// Below `gridnet tx claim`.
pub(crate) const CLAIM: &str = "\
Nobody signs: transit pools carry their own proof, and their own pay.

Examples:
    gridnet tx claim transit.claim --network regtest";

/// Below `gridnet tx open`.
pub(crate) const OPEN: &str = "\
Nobody signs: the opening is its own proof, and its share pays the fee.

Examples:
    gridnet tx open --network regtest --opening hop.opening --held \\
      6d6f7265206c69676874206d6f7265206c69676874206d6f7265206c69676874";

/// Below `gridnet tx sign`.
pub(crate) const SIGN: &str = "\
Nothing is asked of a node, and nothing is sent. An action is given in its
canonical encoding.

Examples:
    gridnet tx sign 0f --wallet my.wallet --sequence 7 --json";

/// Below `gridnet tx send`.
pub(crate) const SEND: &str = "\
Examples:
    gridnet tx send signed.transaction --network regtest";

/// Below `gridnet tx show`.
pub(crate) const SHOW: &str = "\
Examples:
    gridnet tx show signed.transaction --network regtest --json";

//! Keys lent to a node's RPC server.

use std::fmt;

use gridnet_protocol::transaction::{Action, Transaction};
use gridnet_protocol::value::Units;

use super::error::WalletError;
use super::hot::{Asked, HotKeys};
use crate::node::{Clock, Node};
use crate::rpc::{Accounts, Code, Failure, Test, WalletAccount};

/// Keys that a node signs by, for whoever may control it.
pub struct Lent {
    keys: HotKeys,
    /// The machine's: a node's own can be set, and with it the day.
    clock: Clock,
}

impl fmt::Debug for Lent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lent").field("keys", &self.keys).finish_non_exhaustive()
    }
}

impl Lent {
    /// These keys, for this node, whose network is theirs.
    ///
    /// # Errors
    /// Which networks they are of, when that is two.
    pub fn new(keys: HotKeys, node: &Node) -> Result<Lent, String> {
        let (of_keys, of_node) = (keys.network(), node.network());
        if of_keys != of_node {
            return Err(format!(
                "the wallet is of the {} network, and the node of {}",
                of_keys.name(),
                of_node.name()
            ));
        }
        Ok(Lent { keys, clock: Clock::system() })
    }
}

impl From<WalletError> for Failure {
    fn from(error: WalletError) -> Failure {
        Failure::new(Code::Refused, error.to_string())
    }
}

impl Accounts for Lent {
    fn accounts(&self) -> Vec<WalletAccount> {
        let accounts = self.keys.accounts().iter().map(|account| WalletAccount {
            name: account.name.to_string(),
            address: account.address(),
            scope: account.scope.name().to_owned(),
        });
        accounts.collect()
    }

    fn sign(
        &self,
        account: &str,
        sequence: u64,
        fee: Option<Units>,
        action: Action,
        test: Test<'_>,
    ) -> Result<Transaction, Failure> {
        let asked = Asked { account, sequence, fee, action, now: self.clock.now() };
        self.keys.sign_if(asked, test)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use gridnet_core::Engine;
    use gridnet_protocol::encoding::List;
    use gridnet_protocol::transaction::{Action, Transaction};
    use gridnet_protocol::value::Units;
    use gridnet_protocol::{Address, Network};
    use gridnet_tests::receipts::Sale;
    use gridnet_tests::world::NETWORK;

    use super::Lent;
    use crate::node::{Node, Settings};
    use crate::rpc::Accounts as _;
    use crate::storage::Storage;
    use crate::wallet::file::tests::small;
    use crate::wallet::{HotKeys, Journal, Limits, Scope};

    #[test]
    fn a_node_signs_what_scopes_let_pass() {
        let engine = Engine::builder().device("cpu").threads(1).build().expect("a CPU");
        let sale = Sale::new(&engine);
        let storage = Storage::in_memory(NETWORK).expect("memory");
        let node = Node::start(Settings::new(storage, Arc::new(engine.on_cpu()))).expect("a node");
        node.set_now(sale.street.chain.now).expect("regtest");
        let blocks = sale.street.chain.blocks.iter().map(|(block, _)| block.clone()).collect();
        node.submit_blocks(blocks).expect("the chain");

        let limits = Limits { fee: Units(u64::MAX), day: Units(u64::MAX) };
        let mut wallet = small();
        wallet.set_scope("mining", Scope::Trade { limits, deposit: Units(5) }).expect("an account");
        let wallet = wallet.lock().expect("a wallet");
        let keys = HotKeys::open(&wallet, "correct horse", &["mining"], Journal::in_memory()).expect("keys");
        let lent = Lent::new(keys, &node).expect("one network");
        let [account] = &lent.accounts()[..] else { panic!("one account") };
        assert_eq!((account.name.as_str(), account.scope.as_str()), ("mining", "trade"));
        assert_eq!(account.address, wallet.accounts()[1].address());

        let sign =
            |action| lent.sign("mining", 3, None, action, &|_| Ok(())).map_err(|failure| failure.message);
        let close = |contract| Action::CloseContract { contract, state: None, readings: List::default() };
        let closed = sign(close(sale.contract.id(NETWORK))).expect_err("it says what is paid");
        assert!(closed.contains("its scope is trade, which has no close-contract"), "{closed}");
        let transfer =
            sign(Action::Transfer { to: Address([9; 32]), amount: Units(1) }).expect_err("no transfer");
        assert!(transfer.contains("its scope is trade, which has no transfer"), "{transfer}");
        let reading = List::new("readings", vec![sale.readings[0]]).expect("one");
        match sign(Action::Read { readings: reading }).expect("its scope has that") {
            Transaction::Signed(signed) => {
                assert!(signed.is_signed(Network::Regtest));
                assert_eq!((signed.body.account(), signed.body.sequence), (account.address, 3));
            }
            other => panic!("{other:?}"),
        }
        node.stop();
    }
}

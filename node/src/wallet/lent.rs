//! Keys lent to a node's RPC server: what of the ledger their scopes must know is looked up here, and nowhere else.

use std::fmt;

use gridnet_protocol::contract::Contract;
use gridnet_protocol::state::row::OpenedContract;
use gridnet_protocol::transaction::{Action, Transaction};
use gridnet_protocol::value::Units;

use super::hot::{Asked, HotKeys};
use crate::node::{Clock, Node};
use crate::rpc::{Accounts, WalletAccount};

/// Keys that a node signs by, for whoever may control it.
pub struct Lent {
    keys: HotKeys,
    node: Node,
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
    pub fn new(keys: HotKeys, node: Node) -> Result<Lent, String> {
        let (of_keys, of_node) = (keys.network(), node.network());
        if of_keys != of_node {
            return Err(format!(
                "the wallet is of the {} network, and the node of {}",
                of_keys.name(),
                of_node.name()
            ));
        }
        Ok(Lent { keys, node, clock: Clock::system() })
    }

    /// The contract that an action would close, as the ledger has it.
    fn contract(&self, action: &Action) -> Result<Option<Contract>, String> {
        let Action::CloseContract { contract: id, .. } = action else { return Ok(None) };
        let view = self.node.view().map_err(|error| error.to_string())?;
        let row = view.row::<OpenedContract>(id).map_err(|error| error.to_string())?;
        Ok(row.map(|row| row.contract))
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
    ) -> Result<Transaction, String> {
        let contract = self.contract(&action)?;
        let (contract, now) = (contract.as_ref(), self.clock.now());
        let asked = Asked { account, sequence, fee, action, contract, now };
        self.keys.sign(asked).map_err(|error| error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use gridnet_core::Engine;
    use gridnet_protocol::encoding::List;
    use gridnet_protocol::transaction::{Action, Transaction};
    use gridnet_protocol::value::{ContractId, Units};
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
    fn a_node_signs_by_what_the_ledger_knows() {
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
        let lent = Lent::new(keys, node.clone()).expect("one network");
        let [account] = &lent.accounts()[..] else { panic!("one account") };
        assert_eq!((account.name.as_str(), account.scope.as_str()), ("mining", "trade"));
        assert_eq!(account.address, wallet.accounts()[1].address());

        let sign = |action| lent.sign("mining", 3, None, action);
        let close = |contract| Action::CloseContract { contract, state: None, readings: List::default() };
        let known = sign(close(sale.contract.id(NETWORK))).expect_err("it is no party");
        assert!(known.contains("no party of this one"), "{known}");
        let unknown = sign(close(ContractId([9; 32]))).expect_err("there is none");
        assert!(unknown.contains("is not known"), "{unknown}");
        let transfer =
            sign(Action::Transfer { to: Address([9; 32]), amount: Units(1) }).expect_err("no transfer");
        assert!(transfer.contains("its scope is trade, which has no transfer"), "{transfer}");
        let reading = List::new("readings", vec![sale.readings[0].clone()]).expect("one");
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

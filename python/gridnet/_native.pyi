from collections.abc import Callable
from typing import final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

_Octets = npt.NDArray[np.uint8]
_Tell = Callable[[int, int], object] | None
_Did = list[tuple[str, str, str, int]]
_Device = tuple[str, str, str, str, str | None, str | None, list[str], str, str | None, list[str]]

__all__ = [
    "Engine",
    "compact_target",
    "devices",
    "gain_of_posing_as",
    "hash",
    "identity_target",
    "mint_identity",
    "payout",
    "payouts_until_faking_pays",
    "sample_transit_pools",
    "signature_faults",
    "split",
    "throughput",
    "verify_chains",
    "verify_headers",
    "verify_identities",
    "verify_identity",
    "verify_signatures",
    "verify_transit_pools",
    "version",
]

version: str

@final
class Engine:
    def __new__(cls, devices: list[str], threads: int | None, audit_one_in: int | None, path: str | None) -> Engine: ...
    def devices(self) -> list[_Device]: ...
    def path(self, algorithm: str, personal: bytes) -> str: ...
    def health(self) -> list[tuple[str, int, int, int, int]]: ...
    def search(
        self,
        message: bytes,
        nonce_offset: int,
        nonce_bytes: int,
        nonce_is_big: bool,
        target: bytes,
        reads_big: bool,
        range: tuple[int, int],
        algorithm: str,
        personal: bytes,
        limit: int,
        progress: _Tell,
    ) -> tuple[list[tuple[int, bytes]], _Did, float]: ...
    def walk(
        self, algorithm: str, personal: bytes, starts: _Octets, steps: npt.NDArray[np.uint64], progress: _Tell
    ) -> _Octets: ...
    def walk_matches(
        self,
        algorithm: str,
        personal: bytes,
        starts: _Octets,
        steps: npt.NDArray[np.uint64],
        expected: _Octets,
        progress: _Tell,
    ) -> npt.NDArray[np.bool_]: ...
    def digest(self, algorithm: str, personal: bytes, messages: _Octets, progress: _Tell) -> _Octets: ...
    def verify(self, keys: _Octets, messages: _Octets, signatures: _Octets, progress: _Tell) -> _Octets: ...

def devices() -> list[_Device]: ...
def hash(algorithm: str, personal: bytes, message: bytes) -> bytes: ...
def signature_faults() -> list[str]: ...
def payout(
    total: int, weight: int, minimum_fee_rate: int, a: int, b: int, rule: int, hops: int
) -> tuple[int, int, list[int], int]: ...
def split(amount: int, a: int, b: int, rule: int, hops: int) -> list[int]: ...
def gain_of_posing_as(a: int, b: int, given: int, identities: int) -> int: ...
def payouts_until_faking_pays(cost: int, gain: int) -> int | None: ...
def throughput(block_size: int, transaction_size: int, blocks: int, seconds: int) -> int: ...
def compact_target(bits: int) -> bytes: ...
def identity_target(network_id: int) -> bytes: ...
def verify_headers(
    engine: Engine, algorithm: str, bytes: bytes, rule: str, spacing: int, half_life: int, progress: _Tell
) -> tuple[int, int, tuple[int, str] | None, bytes]: ...
def mint_identity(
    engine: Engine, address: bytes, target: bytes, nonce_bits: int, progress: _Tell
) -> tuple[int, int, bytes, _Did, float]: ...
def verify_identity(
    address: bytes, repetitions: int, nonce: int, target: bytes | None, network_id: int
) -> str | None: ...
def verify_transit_pools(
    engine: Engine,
    table: object,
    identities: object | None,
    rules: tuple[int | None, int | None, int | None],
    progress: _Tell,
) -> pa.Table: ...
def verify_chains(engine: Engine, table: object, progress: _Tell) -> pa.Table: ...
def verify_identities(engine: Engine, table: object, network_id: int | None, progress: _Tell) -> pa.Table: ...
def verify_signatures(engine: Engine, table: object, progress: _Tell) -> pa.Table: ...
def sample_transit_pools(
    engine: Engine,
    count: int,
    hops: int,
    length: int,
    bad_in_a_million: int,
    seed: int,
    function: int,
    progress: _Tell,
) -> tuple[pa.Table, pa.Table, list[tuple[int, str]]]: ...

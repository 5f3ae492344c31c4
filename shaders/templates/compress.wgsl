alias State = array<u32, {{state}}>;
alias Block = array<u32, {{block}}>;

#ifdef BLAKE2
fn compress(c: State, m: Block, counter: u32, finish: u32) -> State {
#else
fn compress(c: State, m: Block) -> State {
#endif
    #fill inputs
    #fill statements
    #fill result
}

fn chain() -> State {
    #fill chain
}

#ifdef BLAKE2
fn absorb(state: State, block: u32, words: Block) -> State {
    let last = block + 1u == job.blocks;
    let counter = select(job.before + (block + 1u) * {{block_bytes}}u, job.total, last);
    return compress(state, words, counter, select(0u, 0xffffffffu, last));
}
#else
fn absorb(state: State, block: u32, words: Block) -> State {
    return compress(state, words);
}
#endif
#ifdef DOUBLE

// The digest of a digest.
fn second(first: State) -> State {
    #fill second
}
#endif


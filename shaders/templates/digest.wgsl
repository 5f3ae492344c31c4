#import blocks
struct Run {
    count: u32,
}

@group(0) @binding(0) var<uniform> job: Job;
@group(0) @binding(1) var<uniform> run: Run;
@group(0) @binding(2) var<storage, read> messages: array<u32>;
@group(0) @binding(3) var<storage, read_write> digests: array<array<vec4<u32>, 2>>;

override group_size: u32 = 64u;

#import words
#import compress
// Four bytes of the messages, from any byte on. The buffer goes on for some words behind the last message.
fn bytes(place: u32) -> u32 {
    let word = place / 4u;
    let shift = 8u * (place % 4u);
    let next = select(messages[word + 1u] << ((32u - shift) & 31u), 0u, shift == 0u);
    return (messages[word] >> shift) | next;
}

// A word of a message, or of its padding. Where the message has nothing to say, nothing is read: the buffer may have
// ended.
fn word(base: u32, mask: u32, place: u32) -> u32 {
    var own = 0u;
    if mask != 0u {
        own = bytes(place) & mask;
    }
#ifdef BLAKE2
    return base | own;
#else
    return swap(base | own);
#endif
}

@compute @workgroup_size(group_size)
fn digest(@builtin(global_invocation_id) id: vec3<u32>) {
    if id.x >= run.count {
        return;
    }
    let message = id.x * job.stride;
    var state = chain();
    for (var block = 0u; block < job.blocks; block++) {
        let at = block * {{block_vectors}}u;
        let begin = message + block * {{block_bytes}}u;
        #fill block_words
        state = absorb(state, block, words);
    }
#ifdef DOUBLE
    state = second(state);
#endif
    #fill store
}

#import blocks
#import ring
#import words
#import compress
@compute @workgroup_size(group_size)
fn search(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let stride = groups.x * group_size;
    for (var offset = id.x; offset < run.count; offset += stride) {
        var nonce = run.first + offset;
        nonce = select(nonce, swap(nonce), job.swapped != 0u);
        nonce = (nonce << job.rotate) | (nonce >> ((32u - job.rotate) & 31u));
        var state = chain();
        for (var block = 0u; block < job.blocks; block++) {
            let at = block * {{block_vectors}}u;
            #fill block_words
            state = absorb(state, block, words);
        }
#ifdef DOUBLE
        state = second(state);
#endif
#ifdef BLAKE2
        let decisive = select(state[7], swap(state[0]), job.big_endian != 0u);
#else
        let decisive = select(swap(state[7]), state[0], job.big_endian != 0u);
#endif
        judge(decisive, offset, 0u);
    }
}

// One dispatch of a search: `count` nonces from `first` on, of which the upper half is the job's. `limit` is the
// greatest decisive word of a hit; `plant` is that of a nonce which the host hashed itself, and wants to hear of.
struct Run {
    first: u32,
    count: u32,
    limit: u32,
    plant: u32,
}

// A candidate: its nonce's distance from `first`, and the version it was found under.
struct Hit {
    offset: u32,
    version: u32,
}

// All candidates of a dispatch, in any order. `count` counts on when there is no room left.
struct Ring {
    count: atomic<u32>,
    hits: array<Hit, {{ring}}>,
}

@group(0) @binding(0) var<uniform> job: Job;
@group(0) @binding(1) var<uniform> run: Run;
@group(0) @binding(2) var<storage, read_write> ring: Ring;

override group_size: u32 = 64u;

fn judge(word: u32, offset: u32, version: u32) {
    if word <= run.limit || word == run.plant {
        let place = atomicAdd(&ring.count, 1u);
        if place < {{ring}}u {
            ring.hits[place] = Hit(offset, version);
        }
    }
}


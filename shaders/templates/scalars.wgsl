// What each signature is hashed to, k, and from it numbers c and d of half its length with c = d k, and e = −d s, all
// modulo the group's order: the signature is good when 8 (c A + d R + e B) is the neutral point.
#import verify
// The constants of SHA-512, two in each vector, the lower halves first.
struct Rounds {
    constants: array<vec4<u32>, 40>,
}

@group(0) @binding(0) var<uniform> rounds: Rounds;
@group(0) @binding(2) var<storage, read> inputs: array<u32>;
@group(0) @binding(3) var<storage, read_write> notes: array<u32>;

alias State = array<u32, 16>;
alias Block = array<u32, 32>;
alias Scalar = array<u32, 8>;
alias Half = array<u32, 4>;

#fill scalar_constants

#import words
// One block of SHA-512. Words of 64 bits have their lower half first.
fn compress(c: State, m: Block) -> State {
    var s = c;
    var w = m;
    for (var group = 0u; group < 5u; group++) {
        #fill inputs
        #fill statements
        #fill state
        #fill schedule
    }
    #fill sums
    #fill result
}

// Four bytes from any byte on. The buffer goes on behind the last message.
fn bytes(place: u32) -> u32 {
    let word = place / 4u;
    let shift = 8u * (place % 4u);
    let next = select(inputs[word + 1u] << ((32u - shift) & 31u), 0u, shift == 0u);
    return (inputs[word] >> shift) | next;
}

// Four bytes of a message and its padding. Behind its end nothing is read: the buffer may have ended.
fn text(signature: u32, at: u32) -> u32 {
    var own = 0u;
    if at < run.length {
        own = bytes(96u * run.count + signature * run.length + at);
    }
    let left = run.length - min(at, run.length);
    if left < 4u {
        own = (own & ((1u << (8u * left)) - 1u)) | select(0u, 0x80u << (8u * left), at <= run.length);
    }
    return own;
}

// A word of what is hashed: the point, the key, the message, the padding.
fn word(signature: u32, index: u32) -> u32 {
    if index + 1u == 32u * run.blocks {
        return 8u * (64u + run.length);
    }
    var own = 0u;
    if index < 8u {
        own = inputs[8u * run.count + 16u * signature + index];
    } else if index < 16u {
        own = inputs[8u * signature + index - 8u];
    } else {
        own = text(signature, 4u * (index - 16u));
    }
    return swap(own);
}

// a b + c + d.
fn mad(a: u32, b: u32, c: u32, d: u32) -> vec2<u32> {
#ifdef WIDE
    let sum = u64(a) * u64(b) + u64(c) + u64(d);
    return vec2<u32>(u32(sum & 0xfffffffflu), u32(sum >> 32u));
#else
    let a0 = a & 0xffffu;
    let a1 = a >> 16u;
    let b0 = b & 0xffffu;
    let b1 = b >> 16u;
    // Each of these sums has room for two halves beside the product.
    let low = a0 * b0 + (c & 0xffffu) + (d & 0xffffu);
    let one = a1 * b0 + (low >> 16u) + (c >> 16u);
    let other = a0 * b1 + (one & 0xffffu) + (d >> 16u);
    return vec2<u32>((low & 0xffffu) | (other << 16u), a1 * b1 + (one >> 16u) + (other >> 16u));
#endif
}

// a b / 2²⁵⁶ modulo the order, below twice the order, for b below 2²⁵⁴ and a or b below the order.
fn montgomery(a: Scalar, b: Scalar) -> Scalar {
    #fill montgomery
}

struct Difference {
    value: Scalar,
    borrow: u32,
}

fn minus(a: Scalar, b: Scalar) -> Difference {
    #fill minus
}

// A number below twice the order as one below the order.
fn reduced(a: Scalar) -> Scalar {
    let less = minus(a, ORDER);
    if less.borrow == 0u {
        return less.value;
    }
    return a;
}

fn minus_product(a: Scalar, q: u32, b: Scalar) -> Scalar {
    #fill minus_product
}

fn plus_product(a: Half, q: u32, b: Half) -> Half {
    #fill plus_product
}

// The uppermost 32 bits of a, and what b has at the same place.
fn upper(a: Scalar, b: Scalar) -> vec2<u32> {
    #fill lengths
}

#fill shifts

fn length_of(a: Scalar) -> u32 {
    var length = 0u;
    #fill length
    return length;
}

// The hash, least significant word first, modulo the order: both halves are divided by what is multiplied in before.
fn hash_reduced(hash: State) -> Scalar {
    let low = Scalar(hash[0], hash[1], hash[2], hash[3], hash[4], hash[5], hash[6], hash[7]);
    let high = Scalar(hash[8], hash[9], hash[10], hash[11], hash[12], hash[13], hash[14], hash[15]);
    let of_low = reduced(montgomery(low, ONE_SHIFTED));
    let of_high = reduced(montgomery(high, TWICE_SHIFTED));
    return reduced(minus(of_low, minus(Scalar(), of_high).value).value);
}

// Signed digits of four bits: those of the number plus 8 in every place, less 8 again.
fn recoded(a: Half, negative: bool) -> Half {
    let eights = Half(0x88888888u, 0x88888888u, 0x88888888u, 0x88888888u);
    if !negative {
        return plus_product(eights, 1u, a);
    }
    let d = minus(
        Scalar(eights[0], eights[1], eights[2], eights[3], 0u, 0u, 0u, 0u),
        Scalar(a[0], a[1], a[2], a[3], 0u, 0u, 0u, 0u),
    ).value;
    return Half(d[0], d[1], d[2], d[3]);
}

@compute @workgroup_size(group_size)
fn scalars(@builtin(global_invocation_id) id: vec3<u32>) {
    if id.x >= run.count {
        return;
    }
    let signature = id.x;
    var state = State(
        #fill initial
    );
    for (var block = 0u; block < run.blocks; block++) {
        let at = 32u * block;
        #fill block_words
        state = compress(state, words);
    }
    let k = hash_reduced(State(
        #fill hash
    ));

    // Euclid's algorithm on the order and k, until the rest has half the length: always a = ± s k and b = ± t k modulo
    // the order, with opposite signs, and a t + b s is the order. So t has half the length too.
    var a = ORDER;
    var b = k;
    var s = Half(0u, 0u, 0u, 0u);
    var t = Half(1u, 0u, 0u, 0u);
    var negative = false;
    // A step takes at least a fourth off a, and 254 bits are to be taken off in all.
    for (var step = 0u; step < {{steps}}u; step++) {
        if ((b[3] >> 30u) | b[4] | b[5] | b[6] | b[7]) == 0u {
            break;
        }
        let top = upper(a, b);
        // Not above a / b, and at least half of it.
        var q = 1u;
        var times_b = b;
        var times_t = t;
        if top.y != 0u {
            if top.y != 0xffffffffu {
                q = max(1u, top.x / (top.y + 1u));
            }
        } else {
            // So long a quotient is rare.
            var shift = length_of(a) - length_of(b) - 1u;
            for (; shift >= 32u; shift -= 32u) {
                times_b = limb_up(times_b);
                times_t = limb_up_half(times_t);
            }
            times_b = bits_up(times_b, shift);
            times_t = bits_up_half(times_t, shift);
        }
        a = minus_product(a, q, times_b);
        s = plus_product(s, q, times_t);
        if minus(a, b).borrow == 1u {
            let c = a;
            a = b;
            b = c;
            let u = s;
            s = t;
            t = u;
            negative = !negative;
        }
    }

    #fill own_s
    let e = minus(ORDER, reduced(montgomery(
        montgomery(own, Scalar(t[0], t[1], t[2], t[3], 0u, 0u, 0u, 0u)),
        TWICE_SHIFTED,
    ))).value;
    let of_key = recoded(Half(b[0], b[1], b[2], b[3]), negative);
    let of_point = recoded(t, false);
    // Signed digits of eight bits.
    let eights = Scalar(
        0x7f7f7f80u, 0x7f7f7f7fu, 0x7f7f7f7fu, 0x7f7f7f7fu, 0x7f7f7f7fu, 0x7f7f7f7fu, 0x7f7f7f7fu, 0x7f7f7f7fu,
    );
    let of_base = minus(e, eights).value;
    #fill keep
    notes[16u * run.count + signature] = minus(own, ORDER).borrow;
}

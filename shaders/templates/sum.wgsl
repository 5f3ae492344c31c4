// The verdicts: 8 (c A + d R + e B), from the uppermost digits down. 1 says good; 2 that the key is no point, 3 that
// the signature's point is none, 4 that s is not below the order, 5 that the sum is not the neutral point.
#import verify
@group(0) @binding(2) var<storage, read> notes: array<u32>;
// First the neutral point, then eight multiples of each key, then those of each point.
@group(0) @binding(3) var<storage, read> tables: array<vec4<u32>>;
// Multiples 0 to 128 of the base point B, then those of 2¹²⁸ B.
@group(0) @binding(4) var<storage, read> base: array<vec4<u32>>;
@group(0) @binding(5) var<storage, read_write> verdicts: array<u32>;

#import field
// A point as it is added: Y + X, Y − X, 2 d T, and 2 Z where that is not 2.
struct Addend {
    plus: Fe,
    minus: Fe,
    t: Fe,
}

fn from_tables(at: u32) -> Addend {
    #fill from_tables
}

fn z_from_tables(at: u32) -> Fe {
    #fill z_from_tables
}

fn from_base(at: u32) -> Addend {
    #fill from_base
}

@compute @workgroup_size(group_size)
fn sum(@builtin(global_invocation_id) id: vec3<u32>) {
    if id.x >= run.count {
        return;
    }
    var x = ZERO;
    var y = ONE;
    var z = ONE;
    var t = ZERO;
    // Each of 32 windows: four times doubled, then a digit for the key, one for the point, and in every other window
    // one for B and one for 2¹²⁸ B. The last of all: three times doubled. All invocations do the same.
    for (var step = 0u; step <= 32u; step++) {
        let window = 31u - min(step, 31u);
        let first = select(0u, 4u, step == 0u);
        let end = select(select(8u, 6u, window % 2u == 1u), 3u, step == 32u);
        for (var part = first; part < end; part++) {
            var e: Fe;
            var f: Fe;
            var g: Fe;
            var h: Fe;
            if part < 4u {
                let a = square(x);
                let b = square(y);
                let zz = square(z);
                h = add(a, b);
                e = carry(sub(h, square(add(x, y))));
                g = sub(a, b);
                f = add(add(zz, zz), g);
            } else {
                var addend: Addend;
                var d: Fe;
                let word = notes[(4u * (part - 4u) + window / 8u) * run.count + id.x];
                var is_negative = false;
                if part < 6u {
                    let digit = ((word >> (4u * (window % 8u))) & 15u);
                    is_negative = digit < 8u;
                    let size = select(digit - 8u, 8u - digit, is_negative);
                    let table = (part - 4u) * run.count + id.x;
                    // The neutral point is the same for all.
                    let at = {{entry}}u * select(8u * table + size, 0u, size == 0u);
                    addend = from_tables(at);
                    d = mul(z_from_tables(at), z);
                } else {
                    let digit = (word >> (8u * (window / 2u % 4u))) & 255u;
                    is_negative = digit < 128u;
                    let size = select(digit - 128u, 128u - digit, is_negative);
                    addend = from_base({{base_entry}}u * ({{base_multiples}}u * (part - 6u) + size));
                    d = carry(add(z, z));
                }
                let a = mul(choose(addend.minus, addend.plus, is_negative), sub(y, x));
                let b = mul(choose(addend.plus, addend.minus, is_negative), add(y, x));
                let c = mul(t, addend.t);
                let sum = add(d, c);
                let difference = sub(d, c);
                e = sub(b, a);
                h = add(b, a);
                f = choose(difference, sum, is_negative);
                g = choose(sum, difference, is_negative);
            }
            x = mul(f, e);
            y = mul(g, h);
            z = mul(f, g);
            // What is doubled next needs no T.
            if part >= 3u && part + 1u < end {
                t = mul(e, h);
            }
        }
    }

    let is_neutral = is_zero(x) && is_zero(sub(y, z));
    var verdict = select(5u, 1u, is_neutral);
    verdict = select(verdict, 4u, notes[16u * run.count + id.x] == 0u);
    verdict = select(verdict, 3u, notes[18u * run.count + id.x] == 0u);
    verdict = select(verdict, 2u, notes[17u * run.count + id.x] == 0u);
    verdicts[id.x] = verdict;
}

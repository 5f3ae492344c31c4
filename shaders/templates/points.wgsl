// The keys and the points of the signatures: whether each is a point by ZIP-215, and its multiples 1 to 8.
#import verify
@group(0) @binding(2) var<storage, read> inputs: array<u32>;
@group(0) @binding(3) var<storage, read_write> notes: array<u32>;
// First the neutral point, then eight multiples of each key, then those of each point.
@group(0) @binding(4) var<storage, read_write> tables: array<vec4<u32>>;

#import field
// A point (X : Y : Z) with T = X Y / Z.
struct Point {
    x: Fe,
    y: Fe,
    z: Fe,
    t: Fe,
}

// A point as it is added: Y + X, Y − X, 2 d T, 2 Z.
struct Addend {
    plus: Fe,
    minus: Fe,
    t: Fe,
    z: Fe,
}

fn addend(p: Point) -> Addend {
    return Addend(add(p.y, p.x), sub(p.y, p.x), mul(p.t, TWICE_D), add(p.z, p.z));
}

fn keep(at: u32, value: Addend) {
    #fill keep
}

fn sum(p: Point, q: Addend) -> Point {
    let a = mul(sub(p.y, p.x), q.minus);
    let b = mul(add(p.y, p.x), q.plus);
    let c = mul(p.t, q.t);
    let d = mul(p.z, q.z);
    let e = sub(b, a);
    let f = sub(d, c);
    let g = add(d, c);
    let h = add(b, a);
    return Point(mul(f, e), mul(g, h), mul(f, g), mul(e, h));
}

// a^((p − 5) / 8) = a^(2²⁵² − 3), by eleven steps: square so many times, multiply by a, by one of two powers kept
// before, or by what was squared.
fn root_power(a: Fe) -> Fe {
    var now = square(a);
    // a², later a^(2¹⁰ − 1).
    var one = now;
    // a⁹, later a^(2⁵⁰ − 1).
    var other = now;
    for (var step = 0u; step < 11u; step++) {
        var times = 2u;
        var factor = a;
        switch step {
            case 1u: { times = 0u; factor = one; }
            case 2u: { times = 1u; factor = other; }
            case 3u: { times = 5u; factor = now; }
            case 4u: { times = 10u; factor = now; }
            case 5u: { times = 20u; factor = now; }
            case 6u: { times = 10u; factor = one; }
            case 7u: { times = 50u; factor = now; }
            case 8u: { times = 100u; factor = now; }
            case 9u: { times = 50u; factor = other; }
            default: {}
        }
        now = mul(square_times(now, times), factor);
        if step == 0u || step == 6u {
            other = now;
        } else if step == 3u {
            one = now;
        }
    }
    return now;
}

@compute @workgroup_size(group_size)
fn points(@builtin(global_invocation_id) id: vec3<u32>) {
    if id.x >= 2u * run.count {
        return;
    }
    if id.x == 0u {
        keep(0u, Addend(ONE, ONE, ZERO, TWO));
    }
    let of_key = id.x < run.count;
    // A signature begins with its point.
    let at = select(8u * run.count + 16u * (id.x - run.count), 8u * id.x, of_key);
    let words = array<u32, 8>(
        inputs[at], inputs[at + 1u], inputs[at + 2u], inputs[at + 3u],
        inputs[at + 4u], inputs[at + 5u], inputs[at + 6u], inputs[at + 7u],
    );

    // x² = (y² − 1) / (d y² + 1) = u / v; x = u v³ (u v⁷)^((p − 5) / 8), or that times a root of −1.
    let y = from_words(words);
    let yy = square(y);
    let u = carry(sub(yy, ONE));
    let v = add(mul(yy, D), ONE);
    let v3 = mul(v, square(v));
    let uv3 = mul(u, v3);
    let uv7 = mul(mul(v, square(v3)), u);
    var x = mul(uv3, root_power(uv7));
    let vxx = mul(v, square(x));
    let is_root = is_zero(sub(vxx, u));
    let is_root_of_negative = is_zero(add(vxx, u));
    x = choose(x, mul(x, ROOT_OF_MINUS_ONE), !is_root);
    let is_negative = canonical(x)[0] & 1u;
    x = choose(x, carry(sub(ZERO, x)), is_negative != (words[7] >> 31u));
    notes[select(18u * run.count + id.x - run.count, 17u * run.count + id.x, of_key)] =
        select(0u, 1u, is_root || is_root_of_negative);

    var point = Point(x, y, ONE, mul(x, y));
    let first = addend(point);
    keep({{entry}}u * (8u * id.x + 1u), first);
    for (var multiple = 1u; multiple < 8u; multiple++) {
        point = sum(point, first);
        keep({{entry}}u * (8u * id.x + 1u + multiple), addend(point));
    }
}

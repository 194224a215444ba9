// The worker that pays for a comment under a flood: it looks for a number which, put behind the seed, gives a SHA-256 that begins with
// the asked number of zero bits. The seed fills one block of the function, so each try costs one block. Our own SHA-256 (FIPS 180-4):
// the browser's is there on secure pages only, and too slow for one small block at a time.

const fraction = (x) => ((x - Math.floor(x)) * 2 ** 32) | 0;
const primes = [];
for (let n = 2; primes.length < 64; n++) if (primes.every((p) => n % p)) primes.push(n);
const k = Int32Array.from(primes, (p) => fraction(Math.cbrt(p)));
const start = Int32Array.from(primes.slice(0, 8), (p) => fraction(Math.sqrt(p)));
const w = new Int32Array(64);

const block = (state, out) => {
  for (let i = 16; i < 64; i++) {
    const a = w[i - 15], b = w[i - 2];
    w[i] = (w[i - 16] + w[i - 7] + ((a >>> 7 | a << 25) ^ (a >>> 18 | a << 14) ^ a >>> 3) + ((b >>> 17 | b << 15) ^ (b >>> 19 | b << 13) ^ b >>> 10)) | 0;
  }
  let [a, b, c, d, e, f, g, h] = state;
  for (let i = 0; i < 64; i++) {
    const t = (h + ((e >>> 6 | e << 26) ^ (e >>> 11 | e << 21) ^ (e >>> 25 | e << 7)) + (e & f ^ ~e & g) + k[i] + w[i]) | 0;
    const u = (((a >>> 2 | a << 30) ^ (a >>> 13 | a << 19) ^ (a >>> 22 | a << 10)) + (a & b ^ a & c ^ b & c)) | 0;
    h = g; g = f; f = e; e = (d + t) | 0; d = c; c = b; b = a; a = (t + u) | 0;
  }
  out[0] = state[0] + a; out[1] = state[1] + b; out[2] = state[2] + c; out[3] = state[3] + d;
  out[4] = state[4] + e; out[5] = state[5] + f; out[6] = state[6] + g; out[7] = state[7] + h;
};

const words = (text) => {
  w.fill(0, 0, 16);
  for (let i = 0; i < text.length; i++) w[i >> 2] |= text.charCodeAt(i) << (24 - 8 * (i & 3));
};

onmessage = ({ data: { seed, bits } }) => {
  const middle = new Int32Array(8), end = new Int32Array(8);
  words(seed);
  block(start, middle);
  for (let n = 0; ; n++) {
    const proof = String(n);
    words(proof + "\x80");
    w[15] = 8 * (64 + proof.length);
    block(middle, end);
    if (Math.clz32(end[0]) >= bits) {
      postMessage(proof);
      return;
    }
  }
};

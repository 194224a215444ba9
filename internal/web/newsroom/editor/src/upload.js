// Files on their way to the library, in parts, so that a broken line costs one part (docs/media.md). The page of the library and the
// editor's dialog use the same.
const partSize = 1 << 20; // bytes of one request
const atOnce = 3;
const waits = [1000, 2000, 5000, 10000, 20000]; // milliseconds before the next try; the last one repeats

const sleep = (ms) => new Promise((done) => { setTimeout(done, ms); });

// Refused is what the server says no to; a broken line is another error.
export class Refused extends Error {}

// ask sends a request and gives its JSON.
export async function ask(method, address, body, headers = {}) {
  const response = await fetch(address, { method, body, headers: { Accept: 'application/json', ...headers } });
  const answer = response.status === 204 ? {} : await response.json().catch(() => ({}));
  if (response.ok) return answer;
  if (response.status >= 500 || response.status === 429) throw new Error(answer.message);
  const refused = new Refused(answer.message ?? String(response.status));
  refused.status = response.status;
  throw refused;
}

let running = 0;
const queue = [];

async function turn() {
  if (running >= atOnce) await new Promise((go) => { queue.push(go); });
  running++;
}

function leave() {
  running--;
  queue.shift()?.();
}

const storage = (act) => { try { return act(localStorage); } catch { return null; } }; // where it is closed, this page only

// Upload brings one file over; tell is called with its state ("sending", "cut", "working") and the bytes that are there.
export class Upload {
  constructor(file, tell) {
    Object.assign(this, { file, tell, stopped: false, offset: -1 });
    // An upload goes on also after the page was closed.
    this.key = `upload:${file.name}:${file.size}:${file.lastModified}`;
    this.id = storage((kept) => kept.getItem(this.key));
  }

  // bytes brings all bytes over; it rejects with Refused, and resolves without an end when it was stopped.
  bytes() { return this.sent ??= this.queued(); }

  async queued() {
    await turn();
    try { await this.persist(() => this.parts()); } finally { leave(); }
  }

  // done takes the file into the library and resolves to its item.
  async done(about) {
    await this.bytes();
    const item = await this.persist(async () => {
      this.tell('working', this.file.size);
      try {
        return await ask('POST', `/newsroom/uploads/${this.id}/done`, new URLSearchParams(about));
      } catch (problem) {
        if (problem.status === 409) await this.parts(); // bytes are missing there
        throw problem;
      }
    });
    if (item) this.forget();
    return item;
  }

  // stop ends the sending; what is there stays for a day. drop gives the upload up.
  stop() { this.stopped = true; }

  drop() {
    this.stop();
    if (this.id) ask('DELETE', `/newsroom/uploads/${this.id}`).catch(() => {});
    this.forget();
  }

  forget() { storage((kept) => kept.removeItem(this.key)); }

  // persist tries again while the line is broken, or the server has not yet noticed that it was.
  async persist(act) {
    for (let tries = 0; !this.stopped; tries++) {
      const before = this.offset;
      try {
        return await act();
      } catch (problem) {
        if (problem instanceof Refused && problem.status !== 409) {
          this.drop();
          throw problem;
        }
        if (this.offset > before) tries = 0;
        this.offset = -1;
        this.tell('cut', 0);
        await sleep(waits[Math.min(tries, waits.length - 1)]);
      }
    }
    return null;
  }

  async parts() {
    const { file } = this;
    if (this.id && this.offset < 0) {
      try {
        this.offset = (await ask('GET', `/newsroom/uploads/${this.id}`)).offset;
      } catch (problem) {
        if (problem.status !== 404) throw problem;
        this.id = null; // swept meanwhile: from the start
      }
    }
    if (!this.id) {
      this.id = (await ask('POST', '/newsroom/uploads', new URLSearchParams({ name: file.name, size: file.size }))).id;
      this.offset = 0;
      storage((kept) => kept.setItem(this.key, this.id));
    }
    while (this.offset < file.size && !this.stopped) {
      this.tell('sending', this.offset);
      const part = file.slice(this.offset, this.offset + partSize);
      this.offset = (await ask('PATCH', `/newsroom/uploads/${this.id}`, part, { 'Content-Type': 'application/octet-stream', 'Upload-Offset': String(this.offset) })).offset;
    }
    this.tell('sent', this.offset);
  }
}

// underWay tells whether anything is being sent, so that a page can ask before it is left.
export const underWay = () => running > 0;

// carries tells whether what is dragged holds files.
export const carries = (e) => [...(e.dataTransfer?.types ?? [])].includes('Files');

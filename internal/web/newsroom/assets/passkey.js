// Passkeys: what the server asks is handed to the browser's authenticator, and its answer back. A box with data-passkey ("get" to
// sign in, "create" for a new one) says where: data-begin, data-finish; its fields are sent along.

const decode = (text) => Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0));
const encode = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');

async function send(address, fields) {
  const response = await fetch(address, { method: 'POST', headers: { Accept: 'application/json' }, body: new URLSearchParams(fields) });
  const answer = await response.json();
  if (!response.ok) throw Object.assign(new Error(answer.message), { told: true });
  return answer;
}

function readOptions({ publicKey }) {
  publicKey.challenge = decode(publicKey.challenge);
  if (publicKey.user) publicKey.user.id = decode(publicKey.user.id);
  for (const list of ['allowCredentials', 'excludeCredentials']) {
    publicKey[list] = (publicKey[list] ?? []).map((c) => ({ ...c, id: decode(c.id) }));
  }
  return publicKey;
}

function writeAnswer(credential) {
  const r = credential.response;
  const response = { clientDataJSON: encode(r.clientDataJSON) };
  if (r.attestationObject) {
    response.attestationObject = encode(r.attestationObject);
    response.transports = r.getTransports?.() ?? [];
  } else {
    response.authenticatorData = encode(r.authenticatorData);
    response.signature = encode(r.signature);
    if (r.userHandle) response.userHandle = encode(r.userHandle);
  }
  return JSON.stringify({ id: credential.id, rawId: encode(credential.rawId), type: credential.type, response,
    authenticatorAttachment: credential.authenticatorAttachment ?? undefined, clientExtensionResults: {} });
}

let quiet; // ends the offer in the username's field: one ceremony at a time

async function run(box, mediation) {
  quiet?.abort();
  const control = new AbortController();
  quiet = control;
  const { begin, finish, passkey } = box.dataset;
  const { options, state } = await send(begin, {});
  const asked = { publicKey: readOptions(options), signal: control.signal };
  if (mediation) asked.mediation = mediation;
  const credential = await navigator.credentials[passkey](asked);
  if (control.signal.aborted) return;
  const fields = Object.fromEntries([...box.querySelectorAll('input[name]')].map((i) => [i.name, i.value]));
  const answer = await send(finish, { ...fields, state, response: writeAnswer(credential) });
  location.assign(answer.next);
}

for (const box of document.querySelectorAll('[data-passkey]')) {
  const problem = box.querySelector('[role=alert]');
  const say = (text) => { problem.textContent = text; problem.hidden = !text; };
  document.querySelectorAll('[data-needs-script]').forEach((p) => { p.hidden = true; });
  box.hidden = false;
  const button = box.querySelector('button');
  if (!globalThis.PublicKeyCredential) {
    button.disabled = true;
    say(box.dataset.unsupported);
    continue;
  }
  button.addEventListener('click', async () => {
    say('');
    button.classList.add('busy');
    try {
      await run(box);
    } catch (e) {
      if (e.name === 'InvalidStateError') say(box.dataset.known);
      else say(e.told ? e.message : box.dataset.cancelled);
    } finally {
      button.classList.remove('busy');
    }
  });
  if (box.dataset.passkey === 'get') {
    const offer = async () => await PublicKeyCredential.isConditionalMediationAvailable?.() && !quiet && run(box, 'conditional');
    // Nobody has pressed anything yet, so only what the server says is worth a word.
    offer().catch((e) => { if (e.told) say(e.message); });
  }
}

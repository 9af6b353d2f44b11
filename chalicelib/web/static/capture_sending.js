// How one picture is sent: announced, put where it is stored, and said to have arrived.
// Each step may be done again: the service knows a picture by the id this phone gave it.
"use strict";

const ANSWER_MS = 20_000; // how long an answer may take
const STALL_MS = 30_000; // how long bytes may stand still
const ENDED = 401;
const FINAL = [413, 415, 422]; // nothing that waiting would change
const IS_THERE = 412; // of storage: it has the picture already

// Something that went wrong; final ones are not tried again.
class Trouble extends Error {
  constructor(code, { isFinal = false } = {}) {
    super(code);
    this.code = code;
    this.isFinal = isFinal;
  }
}

function troubleOf(status, code) {
  const isOver = status === ENDED || code === "foreign-form";
  return new Trouble(isOver ? "ended" : code, { isFinal: FINAL.includes(status) });
}

async function ask(path, fields) {
  let answer, told;
  try {
    answer = await fetch(path, {
      method: "POST",
      headers: { Accept: "application/json" },
      body: new URLSearchParams(fields),
      signal: AbortSignal.timeout(ANSWER_MS),
      redirect: "error",
    });
    told = await answer.json();
  } catch {
    throw new Trouble("no-answer");
  }
  if (!answer.ok) throw troubleOf(answer.status, told.code);
  return told;
}

// Puts the bytes; gives up when they stand still, which a dead link never says by itself.
function put({ url, headers }, bytes, onProgress) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    let stalled;
    const watch = () => {
      clearTimeout(stalled);
      stalled = setTimeout(() => request.abort(), STALL_MS);
    };
    request.open("PUT", url);
    for (const [name, value] of Object.entries(headers)) {
      if (name.toLowerCase() !== "content-length") request.setRequestHeader(name, value); // the browser's own
    }
    request.upload.onprogress = ({ loaded, total }) => {
      watch();
      onProgress(total ? loaded / total : 0);
    };
    request.onloadend = () => {
      clearTimeout(stalled);
      const isThere = request.status === 200 || request.status === IS_THERE;
      if (isThere) resolve();
      else reject(new Trouble("not-put")); // the address may have grown old: the next try gets another
    };
    watch();
    request.send(bytes);
  });
}

// Sends a picture; it is safe when this returns.  Raises Trouble.
async function send(picture, bytes, { base, csrf, onProgress }) {
  const awaited = await ask(`${base}/announce`, {
    csrf,
    client_id: picture.id,
    sha256: picture.sha256,
    size_bytes: bytes.byteLength,
    media_type: picture.type,
    taken_at: picture.takenAt,
  });
  if (awaited.state === "safe") return;
  await put(awaited, bytes, onProgress);
  await ask(`${base}/arrived`, { csrf, capture_id: awaited.capture_id });
}

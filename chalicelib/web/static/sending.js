// Sends files into an area: prepares, declares, sends and finishes, and goes on wherever it stopped.
//
// A plan is { target, folder, onTaken, batch, first, files: [{ path, size, modified, sha256, state }] }.
// The service answers the same to the same chunk, and S3 knows which parts it has: so a plan that is
// walked through again, after a cut or in another tab, sends only what is missing.
const A_BATCH = 5000; // files the service takes in one
const A_CHUNK = 40; // files declared at once
const A_READ = 4 * 2 ** 20; // bytes prepared at once
const A_PART = 16 * 2 ** 20; // bytes; what is no larger the browser digests by itself, and quicker
const AT_ONCE = 3; // files on their way
const LONGEST_WAIT = 15_000;
const UNSETTABLE = new Set(["content-length", "host"]); // the browser's own to write

export class Refused extends Error {
  constructor(code, status) {
    super(code);
    this.code = code;
    this.status = status;
  }
}

class Cut extends Error {} // no answer, or none that counts: the same again may work

// home: where the service's answers are; csrf: of the page; digest: makes a SHA-256 that is fed;
// remember: keeps the plan; said(plan, state): shows it.
export function sender({ home, csrf, digest, remember, said }) {
  let paused = null; // what those who wait for [Go on] wait for
  let goOn = () => {};
  const running = new Set(); // requests that [Pause] stops

  function pause() {
    paused ??= new Promise((resolve) => { goOn = resolve; });
    for (const each of running) each.abort();
  }

  function resume() {
    paused = null;
    goOn();
  }

  // Asks until there is an answer; waits longer each time, or until the network is back.
  async function untilAnswered(ask, plan, state) {
    for (let wait = 500; ; wait = Math.min(2 * wait, LONGEST_WAIT)) {
      if (paused) {
        said(plan, "paused");
        await paused;
      }
      try {
        const answer = await ask();
        said(plan, state);
        return answer;
      } catch (error) {
        if (!(error instanceof Cut)) throw error;
        if (paused) continue;
        said(plan, "waiting");
        await backOrLater(wait);
      }
    }
  }

  const posted = (path, fields) => asked(`${home}${path}`, { csrf, ...fields });

  async function prepare(plan, entry, file) {
    if (entry.sha256) return;
    entry.state = "checking";
    entry.sha256 = await sha256(file, digest, async (done) => {
      entry.prepared = done;
      said(plan, paused ? "paused" : "checking");
      await paused;
    });
  }

  async function whole(plan, entry, file, answer) {
    let there = "expired";
    for (let signed = answer; there === "expired"; ) {
      const stale = signed;
      there = await untilAnswered(async () => {
        if (!stale.tried) {
          stale.tried = true;
          return put(stale, file, (sent) => moved(plan, entry, sent), running);
        }
        const { answers } = await posted(`/${plan.batch}/urls`, { sent: JSON.stringify([entry.sha256]) });
        if (answers[0]?.state !== "upload") return "there";
        return put(answers[0], file, (sent) => moved(plan, entry, sent), running);
      }, plan, "sending");
      signed = { tried: true };
    }
  }

  async function inParts(plan, entry, file) {
    const path = `/${plan.batch}/multipart/${entry.sha256}`;
    const standing = await untilAnswered(() => posted(path, {}), plan, "sending");
    const there = new Set(standing.uploaded);
    for (let number = 1; number <= standing.part_count; number += 1) {
      const start = (number - 1) * standing.part_bytes;
      const piece = file.slice(start, start + standing.part_bytes);
      if (!there.has(number)) {
        const wanted = [{ number, size: piece.size, sha256: await sha256(piece, digest, () => {}) }];
        await untilAnswered(async () => {
          const { parts } = await posted(`${path}/parts`, { sent: JSON.stringify(wanted) });
          const came = await put(parts[0], piece, (sent) => moved(plan, entry, start + sent), running);
          if (came === "expired") throw new Cut();
        }, plan, "sending");
      }
      moved(plan, entry, start + piece.size);
    }
    await untilAnswered(() => posted(`${path}/complete`, {}), plan, "sending");
  }

  function moved(plan, entry, sent) {
    entry.sent = sent;
    said(plan, "sending");
  }

  async function send(plan, entry, file, answer) {
    if (answer.state === "refused") {
      Object.assign(entry, { state: "refused", code: answer.code });
      return;
    }
    entry.state = "sending";
    if (answer.state === "upload") await whole(plan, entry, file, answer);
    if (answer.state === "multipart") await inParts(plan, entry, file);
    Object.assign(entry, { state: "sent", sent: entry.size });
    await remember(plan);
    said(plan, "sending");
  }

  async function chunk(plan, number, entries, files) {
    for (const entry of entries) await prepare(plan, entry, files.get(entry.path));
    await remember(plan);
    if (entries.every(({ state }) => state === "sent")) return;
    // A percent sign begins a byte that is no UTF-8 (docs/api.md), so one of a name is written so, too.
    const told = entries.map(({ path, size, sha256, modified }) => ({ path: path.replaceAll("%", "%25"), size, sha256, modified_at: modified }));
    const sent = JSON.stringify({ entries: told });
    const { answers } = await untilAnswered(() => posted(`/${plan.batch}/chunks/${number}`, { sent }), plan, "sending");
    const left = entries.map((entry, place) => [entry, answers[place]]).filter(([{ state }]) => state !== "sent");
    const one = async () => {
      for (let next = left.shift(); next; next = left.shift()) {
        await send(plan, next[0], files.get(next[0].path), next[1]);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, one));
  }

  async function batch(plan, entries, files) {
    if (!plan.batch) {
      plan.batch = (await untilAnswered(() => posted("", {}), plan, "checking")).batch_id;
      await remember(plan);
    }
    for (let first = 0; first < entries.length; first += A_CHUNK) {
      await chunk(plan, first / A_CHUNK, entries.slice(first, first + A_CHUNK), files);
    }
    const fields = { folder_id: plan.folder, on_taken: plan.onTaken };
    for (let wait = 500; ; wait = Math.min(2 * wait, 5_000)) {
      const summary = await untilAnswered(() => posted(`/${plan.batch}/finish`, fields), plan, "settling");
      if (summary.state !== "settling") return;
      await backOrLater(wait);
    }
  }

  // Walks through the plan; files: by path, each as the plan says.
  async function run(plan, files) {
    while (plan.first < plan.files.length) {
      await batch(plan, plan.files.slice(plan.first, plan.first + A_BATCH), files);
      Object.assign(plan, { first: plan.first + A_BATCH, batch: "" });
      await remember(plan);
    }
  }

  return { run, pause, resume };
}

// Asks the service by a form; raises Refused, or Cut where the same may work later.
export async function asked(address, fields) {
  const body = new URLSearchParams(fields);
  let answer;
  try {
    answer = await fetch(address, { method: "POST", body, redirect: "manual" });
  } catch {
    throw new Cut();
  }
  if (answer.type === "opaqueredirect") throw new Refused("signed-out", 401);
  if (answer.status >= 500 || answer.status === 429) throw new Cut();
  const isTold = answer.headers.get("content-type")?.startsWith("application/json");
  const told = isTold ? await answer.json() : { code: answer.status === 403 ? "signed-out" : "other" };
  if (!answer.ok) throw new Refused(told.code, answer.status);
  return told;
}

// XMLHttpRequest, because fetch does not tell how much of a body has gone.
export function put({ url, headers }, bytes, progress, running = new Set()) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const end = (settle, value) => { running.delete(request); settle(value); };
    request.open("PUT", url);
    for (const [name, value] of Object.entries(headers)) {
      if (!UNSETTABLE.has(name)) request.setRequestHeader(name, value);
    }
    request.upload.onprogress = ({ loaded }) => progress(loaded);
    request.onload = () => {
      const isThere = request.status === 200 || request.status === 412; // 412: it was there already
      if (isThere) end(resolve, "there");
      else if (request.status === 403) end(resolve, "expired");
      else end(reject, new Cut());
    };
    request.onerror = request.onabort = request.ontimeout = () => end(reject, new Cut());
    running.add(request);
    request.send(bytes);
  });
}

// Reads a large file piece by piece: one of any size needs no more memory than a part.
async function sha256(file, digest, progress) {
  if (file.size <= A_PART) {
    await progress(0);
    return digested(await file.arrayBuffer());
  }
  const fed = digest();
  for (let start = 0; start < file.size; start += A_READ) {
    fed.update(new Uint8Array(await file.slice(start, start + A_READ).arrayBuffer()));
    await progress(start);
  }
  return hex(fed.digest());
}

export async function digested(bytes) {
  return hex(await crypto.subtle.digest("SHA-256", bytes));
}

function hex(bytes) {
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function backOrLater(milliseconds) {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(later);
      removeEventListener("online", end);
      resolve();
    };
    const later = setTimeout(end, milliseconds);
    addEventListener("online", end);
  });
}

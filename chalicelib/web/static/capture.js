// The phone's page: pictures are kept first and sent then, one at a time, until each is safe.
"use strict";

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;
const CLOCK = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
const SHOWN_SAFE = 20;
const SAFE_SHOWN_MS = 12 * 3_600_000;
const HEIC_BRANDS = ["heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1"];
const STARTS = [ // as in chalicelib/buffer/kinds.py, which has the last word
  { type: "image/jpeg", at: 0, bytes: [0xff, 0xd8, 0xff] },
  { type: "image/png", at: 0, bytes: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a] },
  { type: "application/dicom", at: 128, bytes: [0x44, 0x49, 0x43, 0x4d] },
  ...HEIC_BRANDS.map((brand) => ({ type: "image/heic", at: 4, bytes: [...`ftyp${brand}`].map((each) => each.charCodeAt()) })),
];

const sheet = document.getElementById("captures");
const form = document.getElementById("pair");
const ON_ITS_WAY = ["sending", "again", "full"];
const SAID = ["waiting", "sending", "again", "full", "other", "safe", "not-an-image", "too-large"];
const rows = new Map(); // number of a picture -> its row
let wake = () => {}; // ends a pause

// --- what a file is -----------------------------------------------------------------------------

function typeOf(bytes) {
  const start = new Uint8Array(bytes, 0, Math.min(bytes.byteLength, 132));
  const found = STARTS.find(({ at, bytes: wanted }) => wanted.every((each, i) => start[at + i] === each));
  return found?.type;
}

async function digest(bytes) {
  const sum = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [...sum].map((each) => each.toString(16).padStart(2, "0")).join("");
}

async function keep(file) {
  const isTooLarge = file.size > Number(sheet.dataset.mostBytes);
  const bytes = isTooLarge ? new ArrayBuffer(0) : await file.arrayBuffer();
  const type = typeOf(bytes);
  const why = isTooLarge ? "too-large" : type ? undefined : "not-an-image";
  const picture = {
    id: crypto.randomUUID(),
    buffer: sheet.dataset.buffer,
    takenAt: new Date(file.lastModified).toISOString(),
    type,
    sha256: await digest(bytes),
    state: why ? "refused" : "waiting",
    why,
    tries: 0,
  };
  await queue.add(picture, why ? undefined : bytes);
}

// --- what is shown ------------------------------------------------------------------------------

function isOurs({ buffer }) {
  return buffer === sheet.dataset.buffer;
}

function only(parent, state) {
  for (const each of parent.querySelectorAll("[data-when]")) {
    each.hidden = !each.dataset.when.split(" ").includes(state);
  }
}

function standing(picture) {
  if (picture.state === "waiting") return isOurs(picture) ? "waiting" : "other";
  return picture.state === "refused" ? picture.why : picture.state;
}

async function rowOf(picture) {
  if (rows.has(picture.number)) return rows.get(picture.number);
  const row = document.getElementById("picture").content.firstElementChild.cloneNode(true);
  row.querySelector(".nth").textContent = picture.number;
  const at = row.querySelector("time");
  at.dateTime = picture.takenAt;
  at.textContent = new Date(picture.takenAt).toLocaleTimeString(document.documentElement.lang, CLOCK);
  row.querySelector("button").addEventListener("click", async () => {
    await queue.forget(picture.number);
    await show();
  });
  rows.set(picture.number, row);
  if (picture.state === "waiting" && picture.type?.startsWith("image/")) await preview(row, picture);
  return row;
}

async function preview(row, { number, type }) {
  const bytes = await queue.bytes(number);
  if (!bytes) return;
  const image = row.querySelector("img");
  image.onload = image.onerror = () => URL.revokeObjectURL(image.src);
  image.src = URL.createObjectURL(new Blob([bytes], { type }));
}

function draw(row, state) {
  row.dataset.state = state;
  only(row, SAID.includes(state) ? state : "refused");
  if (state === "safe") row.querySelector("img").removeAttribute("src"); // it does not stay on this phone
}

function clear(listed) {
  const numbers = new Set(listed.map(({ number }) => number));
  for (const [number, row] of rows) {
    if (numbers.has(number)) continue;
    row.remove();
    rows.delete(number);
  }
}

async function show() {
  const pictures = await queue.all();
  const safe = pictures.filter(({ state }) => state === "safe");
  const old = safe.slice(0, -SHOWN_SAFE);
  const listed = pictures.filter((each) => !old.includes(each));
  clear(listed);
  for (const each of listed) {
    const row = await rowOf(each);
    if (!row.isConnected) document.getElementById("list").prepend(row);
    const isOnItsWay = standing(each) === "waiting" && ON_ITS_WAY.includes(row.dataset.state);
    if (!isOnItsWay) draw(row, standing(each));
  }
  const waiting = pictures.filter(({ state }) => state === "waiting");
  document.getElementById("waiting").textContent = waiting.length;
  document.getElementById("safe").textContent = safe.length;
  document.getElementById("none").hidden = listed.length > 0;
}

// What is safe needs no line here for long: the doctor has it.
async function tidy() {
  const old = new Date(Date.now() - SAFE_SHOWN_MS).toISOString();
  for (const { number, state, safeAt } of await queue.all()) {
    if (state === "safe" && safeAt < old) await queue.forget(number);
  }
}

function say(state) {
  only(document.getElementById("standing"), state);
}

// --- sending ------------------------------------------------------------------------------------

function pause(failures) {
  const longest = Math.min(FIRST_PAUSE_MS * 2 ** (failures - 1), LONGEST_PAUSE_MS);
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, longest * (0.5 + Math.random() / 2));
    wake = () => { clearTimeout(timer); resolve(); };
  });
}

// The next to send: one that fails goes behind those that have not been tried as often.
async function next() {
  const waiting = (await queue.all()).filter((each) => each.state === "waiting" && isOurs(each));
  return waiting.sort((a, b) => a.tries - b.tries || a.number - b.number)[0];
}

async function attempt(picture) {
  const row = await rowOf(picture);
  const bar = row.querySelector("progress");
  bar.value = 0;
  draw(row, "sending");
  const { base, csrf } = sheet.dataset;
  await send(picture, await queue.bytes(picture.number), { base, csrf, onProgress: (part) => { bar.value = part; } });
  await queue.note({ ...picture, state: "safe", safeAt: new Date().toISOString() });
}

async function sendAll() {
  let failures = 0;
  for (let picture = await next(); picture; picture = await next()) {
    try {
      await attempt(picture);
      failures = 0;
      say("fine");
    } catch (trouble) {
      if (trouble.code === "ended") return location.reload(); // which says so, and asks for a code
      failures += 1;
      const refused = trouble.isFinal ? { state: "refused", why: trouble.code } : {};
      await queue.note({ ...picture, ...refused, tries: picture.tries + 1 });
      if (!trouble.isFinal) await wait(picture, trouble, failures);
    }
    await show();
  }
}

async function wait(picture, trouble, failures) {
  const state = trouble.code === "buffer-full" ? "full" : "again";
  draw(await rowOf(picture), state);
  say(navigator.onLine ? state : "offline");
  await pause(failures);
}

// One tab at a time sends; a second one waits for its turn.
let isSending = false;
let isWanted = false;
async function work() {
  isWanted = Boolean(sheet.dataset.csrf);
  await show();
  wake();
  if (isSending) return;
  isSending = true;
  while (isWanted) {
    isWanted = false;
    await navigator.locks.request("hokan-sending", sendAll);
  }
  isSending = false;
}

// --- the page -----------------------------------------------------------------------------------

async function take({ target }) {
  for (const file of target.files) {
    try {
      await keep(file);
    } catch {
      say("no-room");
      break;
    }
    work();
  }
  target.value = "";
}

for (const each of document.querySelectorAll("input[type=file]")) each.addEventListener("change", take);
for (const each of document.querySelectorAll("[data-again]")) each.addEventListener("click", work);
window.addEventListener("online", () => { say("fine"); work(); });
window.addEventListener("offline", () => say("offline"));

// The code stands behind "#", which no browser sends along: it goes with the form alone.
function pair() {
  const code = location.hash.slice(1);
  if (!code) return false;
  history.replaceState(null, "", location.pathname);
  form.elements.code.value = decodeURIComponent(code);
  form.requestSubmit();
  return true;
}

window.addEventListener("hashchange", () => location.reload()); // a form as new as the code
if (!pair()) {
  navigator.storage?.persist?.();
  sheet.hidden = false;
  tidy().then(work);
}

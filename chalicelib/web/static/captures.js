// Shows pictures as they come in, without a reload: ticks stay, and what has expired goes.
// Without this script the page shows the same when it is loaded again.
"use strict";

const PAUSE_MS = 2_500;
const ANSWER_MS = 20_000;
const REST_MS = 30 * 60_000; // nobody here and nothing new: asking on would keep the visit open for ever

const list = document.getElementById("captured");
const news = document.getElementById("news");
let since = list.dataset.since;
let livelyAt = Date.now();

// Asks for the page itself, with the pictures that are newer than those here.
async function latest() {
  const asked = new URL(list.dataset.from, location.href);
  asked.searchParams.set("since", since);
  const answer = await fetch(asked, { redirect: "error", signal: AbortSignal.timeout(ANSWER_MS) });
  if (!answer.ok) throw new Error(String(answer.status));
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

function take(page) {
  const found = page.getElementById("captured");
  const cards = [...found.children].filter(({ id }) => !document.getElementById(id));
  list.prepend(...cards);
  since = found.dataset.since;
  document.getElementById("used").replaceWith(page.getElementById("used"));
  if (cards.length === 0) return;
  news.textContent = `${list.dataset.said}: ${cards.length}`;
  livelyAt = Date.now();
}

// Shows which phones are paired; a code that let one in has done its work.
function pair(page) {
  const [before, now] = [document, page].map((each) => each.getElementById("phones"));
  if (before.innerHTML === now.innerHTML) return;
  const isNew = now.querySelectorAll("li").length > before.querySelectorAll("li").length;
  if (isNew) document.getElementById("shown")?.remove();
  before.replaceWith(now);
}

// A picture's address lasts some minutes; one that has grown old is asked for anew, once.
function renew({ target: image }) {
  const fresh = image.closest("a")?.href;
  if (fresh && image.src !== fresh) image.src = fresh;
}

function tidy() {
  const now = new Date().toISOString();
  for (const each of [...list.children]) if (each.dataset.expires <= now) each.remove();
  const isEmpty = list.childElementCount === 0;
  document.getElementById("none").hidden = !isEmpty;
  document.getElementById("doing").hidden = isEmpty;
}

function say(state) {
  for (const each of document.querySelectorAll("[data-when]")) each.hidden = each.dataset.when !== state;
}

async function ask() {
  if (document.hidden) return;
  if (Date.now() - livelyAt > REST_MS) return say("resting");
  try {
    const page = await latest();
    take(page);
    pair(page);
    say("looking");
  } catch {
    say("cut-off"); // the visit is over, or there is no connection: loading the page says which
  }
}

async function look() {
  await ask();
  tidy();
}

async function looking() {
  await look();
  setTimeout(looking, PAUSE_MS);
}

function wake() {
  const wasResting = Date.now() - livelyAt > REST_MS;
  livelyAt = Date.now();
  if (wasResting) look();
}

for (const each of ["pointerdown", "pointermove", "keydown", "focus"]) window.addEventListener(each, wake);
document.addEventListener("visibilitychange", look);
list.addEventListener("error", renew, { capture: true });
setTimeout(looking, PAUSE_MS);

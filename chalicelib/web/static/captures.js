// Shows pictures as they come in, without a reload: ticks stay, and what has expired goes.
// Without this script the page shows the same when it is loaded again.
"use strict";

const PAUSE_MS = 2_500;
const ANSWER_MS = 20_000;

const list = document.getElementById("captured");
const news = document.getElementById("news");
let since = list.dataset.since;

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
  if (cards.length) news.textContent = `${list.dataset.said}: ${cards.length}`;
  const phones = document.getElementById("phones");
  const now = page.getElementById("phones");
  if (phones.innerHTML === now.innerHTML) return;
  if (now.childElementCount > 0 && now.querySelector("li")) document.getElementById("shown")?.remove(); // it is paired
  phones.replaceWith(now);
}

function tidy() {
  const now = new Date().toISOString();
  for (const each of [...list.children]) if (each.dataset.expires <= now) each.remove();
  const isEmpty = list.childElementCount === 0;
  document.getElementById("none").hidden = !isEmpty;
  document.getElementById("doing").hidden = isEmpty;
}

async function look() {
  if (document.hidden) return;
  try {
    take(await latest());
  } catch {
    // The session is over, or there is no connection: loading the page says which.
  }
  tidy();
}

async function looking() {
  await look();
  setTimeout(looking, PAUSE_MS);
}

document.addEventListener("visibilitychange", look);
setTimeout(looking, PAUSE_MS);

// Finds examinations by what is typed: data.js says which there are, and how names are folded.
"use strict";

const MOST = 100; // shown
const JAPANESE = /[\u3005-\u30ff\u3400-\u9fff\uf900-\ufaff\uff66-\uff9f]/;
const { rules, people, examinations } = window.album;
const form = document.getElementById("search");
const typed = document.getElementById("typed");
const told = document.getElementById("told");
const found = document.getElementById("found");

// As archive/name_keys.py does, step by step: kana become letters, letters lose what tells them apart.
function inLetters(whole, kana, small) {
  const vowel = rules.small[small] ?? "";
  if (!(kana in rules.syllables)) return (rules.small[kana] ?? kana) + vowel;
  const letters = rules.syllables[kana];
  if (!vowel) return letters;
  const isSoft = /^(sh|ch|j)/.test(letters);
  return letters.slice(0, -1) + (isSoft ? vowel.replace(/^y/, "") : vowel);
}

function key(written) {
  const hiragana = written.normalize("NFKC").toLowerCase()
    .replace(/[ァ-ヶ]/g, (each) => String.fromCharCode(each.charCodeAt(0) - 0x60));
  const letters = hiragana
    .replace(/(.)([ゃゅょぁぃぅぇぉ])?/gsu, inLetters)
    .replace(/っ([a-z]?)/g, "$1$1");
  const spelt = letters.normalize("NFD").replace(/[^\p{L}\p{N}]/gu, "");
  const short = spelt.replace(/o(?:[ou]|h(?![aiueoy]))+|uu+/g, (each) => each[0]);
  return [...short].slice(0, 64).join("");
}

// 2026/4/1 and 2026年4月1日 are 20260401; what begins with no year is no date.
function date(written) {
  const digits = written.normalize("NFKC").replace(/(?<!\d)\d(?!\d)/g, "0$&").replace(/[-/.:年月日\s]/g, "");
  return /^\d{4,}$/.test(digits) ? digits : "";
}

function meant(written) {
  return { key: key(written), date: date(written) };
}

// What is typed as one word may be a name, an ID, a date, or stand in a description.
function isOf(examination, word) {
  const [, when, , words, place] = examination;
  if (word.date && date(when).startsWith(word.date)) return true;
  if (!word.key) return false;
  const [, , , , keys, id] = people[place] ?? ["", "", "", "", [], ""];
  return keys.some((each) => each.startsWith(word.key)) || id.startsWith(word.key) || words.includes(word.key);
}

function search(text) {
  const whole = meant(text);
  const words = text.normalize("NFKC").split(/\s+/).filter(Boolean).map(meant);
  if (!words.length) return [];
  return examinations.filter((each) => isOf(each, whole) || words.every((word) => isOf(each, word)));
}

// A screen reader is told the language, by the rule of web/formats.py.
function say(element, text) {
  element.textContent = text;
  element.lang = JAPANESE.test(text) ? "ja" : "en";
}

function row([page, when, what, , place]) {
  const [name, reading, id, born] = people[place] ?? [form.dataset.unknown, "", "", ""];
  const item = document.createElement("li");
  const title = document.createElement("span");
  const link = document.createElement("a");
  const more = document.createElement("span");
  link.href = page;
  say(link, name || id);
  title.className = "name";
  title.append(link);
  more.className = "quiet";
  say(more, [reading, name && id, born, when || form.dataset.undated, what].filter(Boolean).join(" · "));
  item.append(title, more);
  return item;
}

function show() {
  const all = search(typed.value);
  const { none, found: word, first } = form.dataset;
  found.replaceChildren(...all.slice(0, MOST).map(row));
  told.textContent = !typed.value.trim() ? "" : !all.length ? none : `${word}: ${all.length}${all.length > MOST ? `. ${first}` : ""}`;
}

form.hidden = false;
document.getElementById("no-search").hidden = true;
form.addEventListener("submit", (event) => event.preventDefault());
typed.addEventListener("input", show);
show();

// Keys and fingers for the album: arrows and swipes lead to the next picture, a click looks closer.
// Everything here has a link or a button, too.
"use strict";

const SWIPE = 60; // pixels
const STEPS = { ArrowLeft: -1, ArrowRight: 1 };

function isTyping({ target }) {
  return target.matches("input, select, textarea");
}

function follow(step) {
  const link = document.querySelector(step < 0 ? "a[rel=prev]" : "a[rel=next]");
  if (link) location.assign(link.href);
  return Boolean(link);
}

function moveFocus(step) {
  const places = [...document.querySelectorAll(".card > a, .card > button")];
  const at = places.findIndex((each) => each === document.activeElement);
  if (at >= 0) places[Math.min(Math.max(at + step, 0), places.length - 1)].focus();
}

document.addEventListener("keydown", (event) => {
  const step = STEPS[event.key];
  if (!step || isTyping(event) || event.altKey || event.ctrlKey || event.metaKey) return;
  if (!follow(step)) moveFocus(step);
});

for (const stage of document.querySelectorAll("[data-zoom]")) {
  const picture = stage.querySelector("img");
  if (!picture) continue;
  let from;

  stage.classList.add("can-zoom");
  stage.tabIndex = 0;
  stage.setAttribute("role", "group");
  stage.setAttribute("aria-label", picture.alt);

  // Looks closer at the place that was pointed at, or at the middle.
  function zoom(x = 0.5, y = 0.5) {
    const isClose = stage.classList.toggle("is-close");
    if (!isClose) return;
    stage.scrollTo((stage.scrollWidth - stage.clientWidth) * x, (stage.scrollHeight - stage.clientHeight) * y);
  }

  picture.addEventListener("click", ({ offsetX, offsetY }) => {
    zoom(offsetX / picture.clientWidth, offsetY / picture.clientHeight);
  });
  stage.addEventListener("keydown", (event) => {
    if (event.key === "Enter" || event.key === "+" || event.key === "-") zoom();
  });
  stage.addEventListener("touchstart", ({ touches }) => { from = touches[0].clientX; }, { passive: true });
  stage.addEventListener("touchend", ({ changedTouches }) => {
    const way = changedTouches[0].clientX - from;
    if (!stage.classList.contains("is-close") && Math.abs(way) > SWIPE) follow(-way);
  });
}

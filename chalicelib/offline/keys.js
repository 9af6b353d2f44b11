// Arrow keys lead from picture to picture, Escape back to all of them.  Links do the same.
"use strict";

const WAYS = { ArrowLeft: "prev", ArrowRight: "next", Escape: "up" };

document.addEventListener("keydown", (event) => {
  const way = WAYS[event.key];
  if (!way || event.altKey || event.ctrlKey || event.metaKey) return;
  const link = document.querySelector(`.large:target a[rel=${way}]`);
  if (link) location.replace(link.href);
});

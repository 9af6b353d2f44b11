// Shows the price anew when an answer changes, as the [Show price] button does without a script.
"use strict";

function isChanged({ checked, defaultChecked, value, defaultValue = value }) {
  return checked !== defaultChecked || value !== defaultValue;
}

for (const form of document.querySelectorAll("form[data-price]")) {
  let latest;

  async function refresh() {
    latest?.abort();
    latest = new AbortController();
    const answers = new URLSearchParams(new FormData(form));
    answers.set("step", "price");
    const asked = { method: "POST", body: answers, signal: latest.signal, redirect: "error" };
    try {
      const page = await (await fetch(form.action, asked)).text();
      const found = new DOMParser().parseFromString(page, "text/html").getElementById("price");
      if (found) document.getElementById("price").replaceChildren(...found.childNodes);
    } catch {
      // A newer change took over, or there is no connection: the button is still there.
    }
  }

  form.addEventListener("change", refresh);
  if ([...form.elements].some(isChanged)) refresh(); // before this script was here
}

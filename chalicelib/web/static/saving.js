// A file is saved under its own name.  Its address must not tell that name, which may be a patient's
// and would stand in logs on its way: so the bytes come to the page, and the page names them.
const MOST = 2 ** 30; // bytes; what is larger the browser fetches by itself, under a neutral name

for (const form of document.querySelectorAll("form[data-saves-as]")) form.addEventListener("submit", save);

async function save(event) {
  const form = event.currentTarget;
  const state = form.querySelector("[role=status]");
  if (Number(form.dataset.size) > MOST) return;
  event.preventDefault();
  if (state.textContent) return; // it is on its way
  state.textContent = form.dataset.word;
  try {
    const bytes = await fetched(form);
    const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(bytes), download: form.dataset.savesAs });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  } catch {
    form.submit(); // the browser shows what is wrong
  } finally {
    state.textContent = "";
  }
}

async function fetched(form) {
  const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) });
  const isStored = answer.ok && new URL(answer.url).origin !== location.origin; // and no page of ours
  if (!isStored) throw new Error(answer.status);
  return answer.blob();
}

// Files for a message, by script: each goes straight to where it is stored, and the form then names
// it.  Without this script the form takes one small file along at a time.
const TRIES = 3;

for (const form of document.querySelectorAll("form[data-announce]")) await begin(form);

async function begin(form) {
  const { asked, put, digested } = await import(form.dataset.sending);
  const place = form.querySelector(".files-to-send");
  const [list, input, news] = [".sent", "input[type=file]", "[data-news]"].map((each) => place.querySelector(each));
  const words = Object.fromEntries(
    Array.from(place.querySelector("[data-words]").content.querySelectorAll("[data-word]"), (each) => [each.dataset.word, each.textContent]),
  );
  const onTheirWay = new Set();
  let sends = null; // the button that was pressed before the files were there

  async function add(file) {
    const { item, say } = line(file);
    const sending = attach(file, say, item);
    onTheirWay.add(sending);
    await sending;
    onTheirWay.delete(sending);
    if (sends && !onTheirWay.size && !place.querySelector(".wrong")) form.requestSubmit(sends);
    if (!onTheirWay.size) sends = null;
  }

  async function attach(file, say, item) {
    try {
      say(words.checking);
      const bytes = await file.arrayBuffer();
      const told = { csrf: form.elements.csrf.value, name: file.name, size_bytes: file.size, sha256: await digested(bytes) };
      const there = await stubborn(async () => {
        const awaited = await asked(form.dataset.announce, told);
        await put(awaited, bytes, (sent) => say(`${Math.floor((100 * sent) / file.size)} %`));
        return awaited;
      });
      item.append(Object.assign(document.createElement("input"), { type: "hidden", name: `file-${there.file_id}`, value: there.file_id }));
      say(words.there);
      news.textContent = `${file.name}: ${words.there}`;
    } catch ({ code }) {
      say(words[code] ?? words.failed, "wrong");
      news.textContent = `${file.name}: ${words[code] ?? words.failed}`;
    }
  }

  // Shows a file; it can be left out again.
  function line(file) {
    const item = document.createElement("li");
    const name = Object.assign(document.createElement("span"), { textContent: file.name, translate: false });
    const state = document.createElement("span");
    const out = Object.assign(document.createElement("button"), { type: "button", className: "plain", textContent: words.remove });
    out.setAttribute("aria-label", `${words.remove}: ${file.name}`);
    out.addEventListener("click", () => {
      item.remove();
      list.hidden = !list.childElementCount;
      input.focus();
    });
    item.append(name, out, state);
    list.append(item);
    list.hidden = false;
    return { item, say: (text, className = "quiet") => Object.assign(state, { textContent: text, className }) };
  }

  input.multiple = true;
  input.removeAttribute("name");
  input.addEventListener("change", () => {
    const files = Array.from(input.files);
    input.value = "";
    files.forEach(add);
  });
  form.addEventListener("submit", (event) => {
    if (!onTheirWay.size) return;
    event.preventDefault();
    sends = event.submitter;
    news.textContent = words.soon;
  });
  for (const each of form.querySelectorAll("[data-without-script]")) each.remove();
  for (const each of form.querySelectorAll("[data-with-script]")) each.hidden = false;
  form.dataset.ready = "yes";
}

// What a bad link broke off is tried again; what was refused is not.
async function stubborn(ask) {
  for (let left = TRIES - 1; ; left -= 1) {
    try {
      return await ask();
    } catch (error) {
      if (error.code || !left) throw error;
    }
  }
}

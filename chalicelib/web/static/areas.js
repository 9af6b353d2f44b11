// The folder page with a script: files and folders are dropped or chosen, and sent by sending.js.
const place = document.getElementById("sender");
const { home, target, folder, csrf } = place.dataset;
const [{ sha256 }, { sender }, memory] = await Promise.all(
  [place.dataset.hashes, place.dataset.sending, place.dataset.memory].map((each) => import(each)),
);
const SHOWN = 50; // lines of files
const at = (id) => document.getElementById(id);
const words = Object.fromEntries(
  Array.from(at("words").content.querySelectorAll("[data-word]"), (each) => [each.dataset.word, each.textContent]),
);
let isRunning = false;
let waiting = 0; // for the next frame

const say = (word, values = {}) => words[word].replace(/\{(\w+)\}/g, (_, name) => values[name]);
const count = (plan, ...states) => plan.files.filter(({ state }) => states.includes(state)).length;

const { run, pause, resume } = sender({
  home, csrf, digest: () => sha256.create(), remember: memory.remember,
  said: (plan, state) => {
    cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(() => show(plan, state));
  },
});

function show(plan, state) {
  cancelAnimationFrame(waiting);
  const values = { done: count(plan, "sent"), all: plan.files.length, left: count(plan, "refused") };
  at("progress").hidden = false;
  const told = say(state, values);
  if (at("state").textContent !== told) at("state").textContent = told; // heard once
  const wanted = plan.files.filter((each) => each.state !== "refused");
  const bytes = wanted.reduce((sum, { size }) => sum + size + 1, 0);
  at("all").value = wanted.reduce((sum, each) => sum + (each.sent ?? 0) + (each.state === "sent"), 0) / (bytes || 1);
  const order = ["refused", "sending", "checking", "waiting", "sent"];
  const lines = plan.files.toSorted((one, other) => order.indexOf(one.state) - order.indexOf(other.state));
  at("sent").replaceChildren(...lines.slice(0, SHOWN).map(line));
  at("more").hidden = lines.length <= SHOWN;
  at("more").textContent = say("more", { left: lines.length - SHOWN });
}

function line({ path, size, sent = 0, state, code }) {
  const item = document.createElement("li");
  const name = Object.assign(document.createElement("span"), { textContent: path, translate: false });
  const percent = state === "sending" && size ? ` ${Math.floor((100 * sent) / size)} %` : "";
  const how = Object.assign(document.createElement("span"), { className: "quiet", textContent: say(`of-${state}`) + percent });
  item.append(name, how);
  if (state === "refused") {
    const why = say(`why-${code}` in words ? `why-${code}` : "why-other");
    item.append(Object.assign(document.createElement("span"), { className: "wrong", textContent: why }));
  }
  return item;
}

// --- what to send -------------------------------------------------------------------------------

async function begin(found) {
  if (isRunning || !found.length) return;
  isRunning = true;
  const files = new Map(found.map(({ path, file }) => [path, file]));
  const kept = await memory.plan(target);
  const plan = kept && isOf(kept, files) ? kept : fresh(files);
  for (const each of plan.files) if (each.state === "sending" || each.state === "checking") each.state = "waiting";
  at("unfinished").hidden = at("drop").hidden = at("choice").hidden = true;
  at("pause").hidden = false;
  addEventListener("beforeunload", ask);
  show(plan, "checking");
  await memory.remember(plan);
  await finish(plan, files);
  removeEventListener("beforeunload", ask);
  at("pause").hidden = at("go-on").hidden = true;
  isRunning = false;
}

async function finish(plan, files) {
  try {
    await run(plan, files);
    await memory.forget(target);
    show(plan, count(plan, "refused") ? "partly" : "finished");
    at("look").href = `${at("look").href.split("/folders/")[0]}/folders/${plan.folder}?done=sent`;
    at("look").hidden = false;
  } catch (error) {
    const isFinal = error.code && error.code !== "signed-out"; // the batch takes no more: start anew
    if (isFinal) await memory.forget(target);
    show(plan, error.code === "signed-out" ? "signed-out" : "failed");
    if (isFinal && `why-${error.code}` in words) at("state").textContent = say(`why-${error.code}`);
  }
}

function fresh(files) {
  const entries = Array.from(files, ([path, file]) => ({
    path, size: file.size, modified: new Date(file.lastModified).toISOString(), sha256: "", state: "waiting",
  }));
  const onTaken = at("replace").checked ? "replace" : "keep_both";
  return { target, folder, onTaken, batch: "", first: 0, files: entries };
}

// Whether everything a plan still needs was chosen again, and is what it was.
function isOf(plan, files) {
  return plan.files.every(({ path, size, modified }) => {
    const file = files.get(path);
    return file && file.size === size && new Date(file.lastModified).toISOString() === modified;
  });
}

function chosen({ target: input }) {
  const found = Array.from(input.files, (file) => ({ path: file.webkitRelativePath || file.name, file }));
  input.value = "";
  begin(found);
}

async function dropped(event) {
  event.preventDefault();
  at("drop").classList.remove("is-over");
  const dropped = Array.from(event.dataTransfer.items, (item) => [item.webkitGetAsEntry(), item.getAsFile()]);
  const found = dropped.map(([entry, file]) => {
    if (entry) return inside(entry, "");
    return file ? [{ path: file.name, file }] : []; // a picture out of another page, or a text
  });
  begin((await Promise.all(found)).flat());
}

async function inside(entry, above) {
  const path = above + entry.name;
  if (entry.isFile) return [{ path, file: await new Promise((resolve, reject) => entry.file(resolve, reject)) }];
  const reader = entry.createReader();
  const children = [];
  for (;;) { // a folder tells some at a time
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!some.length) break;
    children.push(...some);
  }
  return (await Promise.all(children.map((each) => inside(each, `${path}/`)))).flat();
}

function ask(event) {
  event.preventDefault();
}

// --- the page -----------------------------------------------------------------------------------

at("by-form").remove();
at("by-script").hidden = false;
at("files").addEventListener("change", chosen);
at("folder").addEventListener("change", chosen);
at("drop").addEventListener("dragover", (event) => {
  event.preventDefault();
  at("drop").classList.add("is-over");
});
at("drop").addEventListener("dragleave", () => at("drop").classList.remove("is-over"));
at("drop").addEventListener("drop", dropped);
at("pause").addEventListener("click", () => {
  pause();
  at("state").textContent = say("paused");
  at("pause").hidden = true;
  at("go-on").hidden = false;
  at("go-on").focus();
});
at("go-on").addEventListener("click", () => {
  resume();
  at("go-on").hidden = true;
  at("pause").hidden = false;
  at("pause").focus();
});
at("forget").addEventListener("click", async () => {
  await memory.forget(target);
  at("unfinished").hidden = true;
});

const kept = await memory.plan(target);
if (kept) {
  at("unfinished").hidden = false;
  at("unfinished-text").textContent = say("unfinished", { done: count(kept, "sent"), all: kept.files.length });
}
place.dataset.ready = "yes";

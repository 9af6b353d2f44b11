// What this browser remembers of sending that is not finished, one plan for an area: names, sizes
// and digests of the files, and how far each is.  Never their bytes: those stay where they are.
const NAME = "hokan-sending";

function opened() {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore("plans", { keyPath: "target" });
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
}

async function asked(mode, ask) {
  const database = await opened();
  try {
    return await new Promise((resolve, reject) => {
      const request = ask(database.transaction("plans", mode).objectStore("plans"));
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  } finally {
    database.close();
  }
}

export const plan = (target) => asked("readonly", (plans) => plans.get(target));
export const remember = (plan) => asked("readwrite", (plans) => plans.put(plan));
export const forget = (target) => asked("readwrite", (plans) => plans.delete(target));

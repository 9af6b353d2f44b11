// What this phone holds until it is safe, in IndexedDB: it outlives the tab, the browser and the
// battery.  "pictures" says how each stands, "bytes" holds it; what is safe has no bytes here.
"use strict";

const STORES = ["pictures", "bytes"];
let opened;

function asked(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function database() {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open("hokan-captures", 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("pictures", { keyPath: "number", autoIncrement: true });
      request.result.createObjectStore("bytes");
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  return opened;
}

// Does *work* on both stores in one transaction: all of it is kept, or nothing.
async function changing(work) {
  const transaction = (await database()).transaction(STORES, "readwrite", { durability: "strict" });
  const done = new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onabort = transaction.onerror = () => reject(transaction.error);
  });
  const result = await work(...STORES.map((name) => transaction.objectStore(name)));
  await done;
  return result;
}

const queue = {
  // Keeps a picture that waits; returns its number.
  add(picture, bytes) {
    return changing(async (pictures, stored) => {
      const number = await asked(pictures.add(picture));
      stored.put(bytes, number);
      return number;
    });
  },

  // Notes how *picture* stands; with bytes gone once nothing is left to send.
  note(picture) {
    return changing((pictures, stored) => {
      pictures.put(picture);
      if (picture.state !== "waiting") stored.delete(picture.number);
    });
  },

  forget(number) {
    return changing((pictures, stored) => {
      pictures.delete(number);
      stored.delete(number);
    });
  },

  async all() {
    const transaction = (await database()).transaction(STORES);
    return asked(transaction.objectStore("pictures").getAll());
  },

  async bytes(number) {
    const transaction = (await database()).transaction(STORES);
    return asked(transaction.objectStore("bytes").get(number));
  },
};

// The console's one script: every page works without it. It focuses the search, copies keys, and keeps the
// live parts of a page up to date.
"use strict";

const inField = (target) => target.closest("input, textarea, select, [contenteditable]");

document.addEventListener("keydown", (event) => {
  if (event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey && !inField(event.target)) {
    const search = document.getElementById("search");
    if (search) { event.preventDefault(); search.focus(); search.select(); }
  }
  if (event.key === "Escape") closeSheets(null);
});

document.addEventListener("click", (event) => {
  const key = event.target.closest("[data-copy]");
  if (key && navigator.clipboard) {
    navigator.clipboard.writeText(key.dataset.copy).then(() => {
      key.classList.add("copied");
      setTimeout(() => key.classList.remove("copied"), 1500);
    }, () => {});
  }
  closeSheets(event.target);
});

function closeSheets(target) {
  for (const each of document.querySelectorAll("details.menu[open], details.drawer[open]")) {
    if (target === null || !(each.contains(target) || target.closest(".side"))) each.open = false;
  }
}

// An element with data-live is a part of the page that can be fetched by itself from the address there, and
// data-on names what it shows. The server tells by one stream which of these have changed.
const live = () => [...document.querySelectorAll("[data-live]")];

async function refresh(part) {
  const answer = await fetch(part.dataset.live ?? part.dataset.now, { headers: { accept: "text/html" }, redirect: "manual" });
  // A session that has ended is sent to the sign-in page: the whole page goes there, not a part of it.
  if (answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403) { location.reload(); return; }
  if (!answer.ok) return;
  const fresh = document.createElement("template");
  fresh.innerHTML = await answer.text();
  const next = fresh.content.firstElementChild;
  if (!next || next.isEqualNode(part)) return;
  if (part.contains(document.activeElement)) {
    const focused = document.activeElement.id;
    part.replaceWith(next);
    if (focused) document.getElementById(focused)?.focus();
  } else part.replaceWith(next);
}

const pending = new Set();
function changed(topic) {
  for (const part of live()) {
    const address = part.dataset.live;
    if (!part.dataset.on.split(" ").includes(topic) || pending.has(address)) continue;
    pending.add(address);
    refresh(part).catch(() => {}).finally(() => pending.delete(address));
  }
}

// A page that nobody sees listens to nothing: a browser keeps six connections to a server, whatever its tabs.
let stream = null;
function listen() {
  const topics = [...new Set(live().flatMap((part) => part.dataset.on.split(" ")))];
  if (topics.length === 0 || document.hidden || stream) return;
  stream = new EventSource("/live?" + topics.map((each) => "on=" + encodeURIComponent(each)).join("&"));
  for (const each of topics) stream.addEventListener(each, () => changed(each));
  stream.addEventListener("end", () => { hush(); location.reload(); });
}
function hush() { stream?.close(); stream = null; }
addEventListener("pagehide", hush);
document.addEventListener("visibilitychange", () => {
  if (document.hidden) { hush(); return; }
  listen();
  for (const part of live()) changed(part.dataset.on.split(" ")[0]);
});
listen();

// What takes the server seconds comes after its page.
for (const part of document.querySelectorAll("[data-now]")) refresh(part).catch(() => {});

// Comfort only: the page works without this file. It polls the revision and brings in what changed.
"use strict";

const EVERY = 1500;
let revision = document.body.dataset.revision;

const dialog = document.querySelector("dialog");
const thread = document.getElementById("fil");

function atBottom() {
  return thread.scrollHeight - thread.scrollTop - thread.clientHeight < 80;
}

function toBottom() {
  thread.scrollTop = thread.scrollHeight;
}

function typing(part) {
  const here = document.activeElement;
  if (part.contains(here) && here.matches("input, textarea:not(#texte), select")) return true;
  const fields = [...part.querySelectorAll("textarea, input:not([type=hidden])")];
  return fields.some((field) => field.value !== field.defaultValue || field.checked !== field.defaultChecked);
}

function renew(old, fresh) {
  if (old.innerHTML !== fresh.innerHTML && document.activeElement !== old) old.replaceWith(fresh);
}

// Posts are compared one by one: only new ones are announced, and a reply being typed is left alone.
function renewPosts(old, fresh) {
  const ids = new Set([...fresh.children].map((post) => post.id));
  [...old.children].filter((post) => !ids.has(post.id)).forEach((post) => post.remove());
  for (const post of [...fresh.children]) {
    const present = document.getElementById(post.id);
    if (present?.querySelector("details")?.open) post.querySelector("details")?.setAttribute("open", "");
    if (!present) old.append(post);
    else if (present.outerHTML !== post.outerHTML && !typing(present)) present.replaceWith(post);
  }
}

async function bringIn() {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  const token = fresh.querySelector("dialog")?.dataset.token;
  if (token !== dialog?.dataset.token) {
    if (!typing(document.body)) location.reload();
    return;
  }
  const follow = atBottom();
  document.querySelectorAll("[data-live]").forEach((part) => renew(part, fresh.getElementById(part.id)));
  renewPosts(document.getElementById("messages"), fresh.getElementById("messages"));
  if (fresh.querySelector(".post")) document.querySelector(".empty")?.remove();
  revision = fresh.body.dataset.revision;
  if (follow) toBottom();
}

async function poll() {
  try {
    const answer = await fetch("/revision");
    if (answer.ok && String((await answer.json()).revision) !== revision) await bringIn();
  } catch {
    // the server is being restarted: the next turn will tell
  }
  setTimeout(poll, EVERY);
}

document.documentElement.classList.add("js");
document.getElementById("qui").form.addEventListener("change", (event) => event.currentTarget.submit());

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing && event.target.matches(".say textarea")) {
    event.preventDefault();
    event.target.form.requestSubmit();
  }
});

document.addEventListener("submit", (event) => {
  // one click, one act: a second one before the answer is let go
  if (event.target.dataset.sent) event.preventDefault();
  event.target.dataset.sent = "yes";
});
window.addEventListener("pageshow", () => document.querySelectorAll("[data-sent]").forEach((form) => delete form.dataset.sent));

function nameFiles(input) {
  const names = [...input.files].map((file) => file.name);
  if (names.length) input.labels[0].textContent = names.join(", ");
}

document.addEventListener("change", (event) => {
  if (event.target.type === "file") nameFiles(event.target);
});

for (const name of ["dragover", "drop"]) {
  document.addEventListener(name, (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    if (name === "drop") {
      const box = document.getElementById("fichiers");
      box.files = event.dataTransfer.files;
      nameFiles(box);
    }
  });
}

if (dialog) {
  dialog.removeAttribute("open");
  dialog.showModal();
  (dialog.querySelector("[aria-invalid]") ?? dialog.querySelector("textarea, select, input:not([type=hidden])"))?.focus();
  dialog.addEventListener("cancel", (event) => {
    event.preventDefault();
    dialog.querySelector("[formaction]").click();
  });
}

if (["", "#fin"].includes(location.hash)) toBottom();
// after an act, the next answer is typed at once; going to the anchor took the focus away
window.addEventListener("load", () => {
  if (location.hash === "#fin" && !dialog) document.getElementById("texte").focus({ preventScroll: true });
});
setTimeout(poll, EVERY);
